-- Who changed the alerts of a channel or a feed, for ever. What channels get already was added by somebody too.
CREATE TABLE changes (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,                -- the address of a person, or 'config', 'import', 'bystander'
    place TEXT NOT NULL,             -- the address of a channel, '' for a change of a feed
    feed_id INTEGER NOT NULL,        -- 0 for every feed
    what TEXT NOT NULL
) STRICT;
CREATE INDEX changes_place ON changes (place, id);
CREATE INDEX changes_feed ON changes (feed_id, id) WHERE place = '';
INSERT INTO changes (at, by, place, feed_id, what)
SELECT s.created_at, s.created_by, d.address, s.feed_id, 'added ' || (
    SELECT group_concat(shown, ', ') FROM (
        SELECT CASE WHEN f.term = '*' THEN 'every post' WHEN f.term GLOB 't:*' THEN '#' || f.name ELSE f.name END
            AS shown
        FROM filters AS f WHERE f.subscription_id = s.id AND f.excluded = 0 ORDER BY f.name COLLATE NOCASE))
FROM subscriptions AS s JOIN destinations AS d ON d.id = s.destination_id
WHERE s.channel = 1 AND EXISTS (SELECT 1 FROM filters WHERE subscription_id = s.id AND excluded = 0)
ORDER BY s.created_at, s.id;
-- From which server or workspace a feed was added in chat, for the limit of each.
ALTER TABLE feeds ADD COLUMN server TEXT NOT NULL DEFAULT '';
-- Whether admins are told when the blog goes quiet.
ALTER TABLE feeds ADD COLUMN quiet_notice INTEGER NOT NULL DEFAULT 1;
