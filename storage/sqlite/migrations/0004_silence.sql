-- Why a post alerted nobody, and its date as the feed printed it, so that /why can tell.
ALTER TABLE posts ADD COLUMN silence TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN date_text TEXT NOT NULL DEFAULT '';
-- Whether a feed ever showed a tag, on evidence no weaker than the order of its labels (bot.model.Rank.ORDER).
CREATE INDEX posts_tagged ON posts (feed_id) WHERE rank <= 3 AND tags <> '[]';
