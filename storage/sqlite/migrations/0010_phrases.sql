-- Filters by words: which phrases are worth looking for in a post that has a word.
CREATE TABLE phrases (
    first_word TEXT NOT NULL,
    term TEXT NOT NULL,
    PRIMARY KEY (first_word, term)
) STRICT, WITHOUT ROWID;
INSERT INTO phrases
SELECT DISTINCT substr(term, 3, instr(term || ' ', ' ') - 3), term FROM filters WHERE term GLOB 'w:*';
CREATE TRIGGER phrases_gain AFTER INSERT ON filters WHEN new.term GLOB 'w:*' BEGIN
    INSERT OR IGNORE INTO phrases VALUES (substr(new.term, 3, instr(new.term || ' ', ' ') - 3), new.term);
END;
CREATE TRIGGER phrases_lose AFTER DELETE ON filters WHEN old.term GLOB 'w:*' BEGIN
    DELETE FROM phrases
    WHERE first_word = substr(old.term, 3, instr(old.term || ' ', ' ') - 3) AND term = old.term
        AND NOT EXISTS (SELECT 1 FROM filters WHERE term = old.term);
END;
CREATE TRIGGER phrases_change AFTER UPDATE OF term ON filters WHEN old.term GLOB 'w:*' BEGIN
    INSERT OR IGNORE INTO phrases VALUES (substr(new.term, 3, instr(new.term || ' ', ' ') - 3), new.term);
    DELETE FROM phrases
    WHERE first_word = substr(old.term, 3, instr(old.term || ' ', ' ') - 3) AND term = old.term
        AND NOT EXISTS (SELECT 1 FROM filters WHERE term = old.term);
END;
