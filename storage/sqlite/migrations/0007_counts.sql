-- What commands ask for is found by an index or counted as it is stored, so that years of posts cost nothing.

-- The newest posts, of all feeds and of each.
DROP INDEX posts_newest;
CREATE INDEX posts_newest ON posts (published_at, canonical_id) WHERE id = canonical_id;
CREATE INDEX posts_newest_of_feed ON posts (feed_id, published_at);

-- The newest posts of a term.
ALTER TABLE post_terms RENAME TO bare_post_terms;
CREATE TABLE post_terms (
    post_id INTEGER NOT NULL REFERENCES posts (id),
    term TEXT NOT NULL,
    feed_id INTEGER NOT NULL,          -- these three as in posts
    canonical_id INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (post_id, term)
) STRICT, WITHOUT ROWID;
INSERT INTO post_terms (post_id, term, feed_id, canonical_id, published_at)
SELECT bare.post_id, bare.term, posts.feed_id, posts.canonical_id, posts.published_at
FROM bare_post_terms AS bare CROSS JOIN posts ON posts.id = bare.post_id
ORDER BY bare.post_id, bare.term;
DROP TABLE bare_post_terms;
CREATE INDEX post_terms_newest ON post_terms (term, published_at, canonical_id) WHERE post_id = canonical_id;
CREATE INDEX post_terms_newest_of_feed ON post_terms (feed_id, term, published_at);

-- The counts of each term.
ALTER TABLE terms RENAME TO bare_terms;
CREATE TABLE terms (
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    term TEXT NOT NULL,
    name TEXT NOT NULL,
    posts INTEGER NOT NULL DEFAULT 0,  -- of the feed that carry it
    last_used_at INTEGER,              -- when the newest of them was published
    PRIMARY KEY (feed_id, term)
) STRICT, WITHOUT ROWID;
INSERT INTO terms (feed_id, term, name, posts, last_used_at)
SELECT bare.feed_id, bare.term, bare.name, count(filed.post_id), max(filed.published_at)
FROM bare_terms AS bare
LEFT JOIN post_terms AS filed ON filed.feed_id = bare.feed_id AND filed.term = bare.term
GROUP BY bare.feed_id, bare.term;
DROP TABLE bare_terms;
CREATE INDEX terms_term ON terms (term, feed_id);
CREATE TRIGGER terms_gain AFTER INSERT ON post_terms BEGIN
    UPDATE terms SET posts = posts + 1,
        last_used_at = max(coalesce(last_used_at, new.published_at), new.published_at)
    WHERE feed_id = new.feed_id AND term = new.term;
END;
CREATE TRIGGER terms_lose AFTER DELETE ON post_terms BEGIN
    UPDATE terms SET posts = posts - 1,
        last_used_at = (SELECT max(published_at) FROM post_terms WHERE feed_id = old.feed_id AND term = old.term)
    WHERE feed_id = old.feed_id AND term = old.term;
END;

-- The channels that get alerts.
CREATE INDEX subscriptions_channels ON subscriptions (destination_id) WHERE channel = 1;

-- The log of a destination, and the counts of what is over.
CREATE INDEX deliveries_log ON deliveries (destination_id, id);
CREATE TABLE delivery_counts (
    state TEXT PRIMARY KEY,
    deliveries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO delivery_counts VALUES
    ('sent', (SELECT count(*) FROM deliveries WHERE state = 'sent')),
    ('failed', (SELECT count(*) FROM deliveries WHERE state = 'failed'));
DROP INDEX deliveries_failed;
CREATE TRIGGER deliveries_over AFTER UPDATE OF state ON deliveries
WHEN new.state <> old.state AND (new.state IN ('sent', 'failed') OR old.state IN ('sent', 'failed')) BEGIN
    UPDATE delivery_counts SET deliveries = deliveries + (state = new.state) - (state = old.state)
    WHERE state IN (new.state, old.state);
END;
