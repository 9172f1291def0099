-- Posts are recognised by their text where their ids change, and say when that was.
ALTER TABLE posts ADD COLUMN moved_at INTEGER;
CREATE INDEX posts_text ON posts (feed_id, text_hash);
