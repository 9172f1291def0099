-- The same story in several feeds is told once.

ALTER TABLE feeds ADD COLUMN cluster TEXT NOT NULL DEFAULT 'same';
-- Whether a post is told together with the other copies of its story. Those of before are not.
ALTER TABLE posts ADD COLUMN joins INTEGER NOT NULL DEFAULT 0;
-- The copy that a message shows, where it is not the oldest one.
ALTER TABLE deliveries ADD COLUMN shown_id BIGINT REFERENCES posts (id);

-- By which a story is found again in another feed, for some weeks.
CREATE TABLE story_keys (
    key TEXT COLLATE "C" NOT NULL,
    post_id BIGINT NOT NULL REFERENCES posts (id),
    published_at BIGINT NOT NULL,
    PRIMARY KEY (key, post_id)
);
CREATE INDEX story_keys_oldest ON story_keys (published_at);

-- A category may be that of a copy alone.
DROP INDEX post_terms_newest;
CREATE INDEX post_terms_newest ON post_terms (term, published_at, canonical_id, post_id);
