-- From which server or workspace a feed was added or removed: admins of others are not told by whom.
ALTER TABLE changes ADD COLUMN server TEXT NOT NULL DEFAULT '';
UPDATE changes SET server = (SELECT feeds.server FROM feeds WHERE feeds.id = changes.feed_id)
WHERE id IN (SELECT max(id) FROM changes WHERE place = '' AND what = 'added the feed' GROUP BY feed_id)
AND feed_id IN (SELECT id FROM feeds);
