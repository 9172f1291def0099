-- Renames of categories are carried out in parts, which a crash may come between.
ALTER TABLE feeds ADD COLUMN renames TEXT NOT NULL DEFAULT '';  -- those under way, as JSON
CREATE TABLE moving (
    feed_id BIGINT NOT NULL REFERENCES feeds (id),
    what TEXT NOT NULL CHECK (what IN ('post', 'destination')),
    id BIGINT NOT NULL,
    PRIMARY KEY (feed_id, what, id)
);
