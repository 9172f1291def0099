-- A mention belongs to what was asked for with it, and no longer to all that a channel gets.
ALTER TABLE filters ADD COLUMN mention TEXT NOT NULL DEFAULT '';
UPDATE filters SET mention = (SELECT s.mention FROM subscriptions AS s WHERE s.id = filters.subscription_id)
WHERE excluded = 0;
CREATE INDEX filters_mentions ON filters (term, subscription_id) WHERE mention <> '';
-- An alert carries what it is to mention, as it was when the post came.
ALTER TABLE deliveries ADD COLUMN mention TEXT NOT NULL DEFAULT '';
UPDATE deliveries SET mention = coalesce((
    SELECT s.mention FROM subscriptions AS s
    WHERE s.id = deliveries.subscription_id AND s.destination_id = deliveries.destination_id
), '')
WHERE state IN ('pending', 'sending', 'parked');
ALTER TABLE subscriptions DROP COLUMN mention;
