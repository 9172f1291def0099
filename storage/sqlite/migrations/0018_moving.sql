-- Renames of categories are carried out in parts, which a crash may come between.
ALTER TABLE feeds ADD COLUMN renames TEXT NOT NULL DEFAULT '';  -- those under way, as JSON
CREATE TABLE moving (
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    what TEXT NOT NULL CHECK (what IN ('post', 'destination')),
    id INTEGER NOT NULL,
    PRIMARY KEY (feed_id, what, id)
) STRICT, WITHOUT ROWID;
