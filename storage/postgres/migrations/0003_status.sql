-- Deliveries are counted by platform, and those that are parked too, for the status page and the metrics.
DROP TRIGGER deliveries_came ON deliveries;
DROP TRIGGER deliveries_changed ON deliveries;
DROP TRIGGER deliveries_went ON deliveries;
DROP FUNCTION count_deliveries();
DROP TABLE delivery_counts;
CREATE TABLE delivery_counts (
    slot INTEGER NOT NULL,
    platform TEXT NOT NULL,
    sent BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    held BIGINT NOT NULL,
    parked BIGINT NOT NULL,
    PRIMARY KEY (slot, platform)
) WITH (fillfactor = 10);
INSERT INTO delivery_counts
SELECT 0, d.platform, count(*) FILTER (WHERE q.state = 'sent'), count(*) FILTER (WHERE q.state = 'failed'),
    count(*) FILTER (WHERE q.state IN ('pending', 'sending')), count(*) FILTER (WHERE q.state = 'held'),
    count(*) FILTER (WHERE q.state = 'parked')
FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id GROUP BY d.platform;
CREATE FUNCTION count_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places BIGINT[];  -- these three: of each destination and state, by how many its rows have become more
    states TEXT[];
    more BIGINT[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(e.place), array_agg(e.state), array_agg(e.more) INTO places, states, more FROM (
            SELECT destination_id AS place, state, count(*) AS more FROM fresh GROUP BY destination_id, state
        ) AS e;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(e.place), array_agg(e.state), array_agg(e.more) INTO places, states, more FROM (
            SELECT destination_id AS place, state, -count(*) AS more FROM former
            WHERE state NOT IN ('sent', 'failed') GROUP BY destination_id, state
        ) AS e;
    ELSE  -- most updates take messages from the queue or edit them, which changes no number
        SELECT array_agg(e.place), array_agg(e.state), array_agg(e.more) INTO places, states, more FROM (
            SELECT b.place, b.state, sum(b.one) AS more FROM (
                SELECT destination_id AS place, replace(state, 'sending', 'pending') AS state, 1 AS one FROM fresh
                UNION ALL
                SELECT destination_id, replace(state, 'sending', 'pending'), -1 FROM former
            ) AS b GROUP BY b.place, b.state HAVING sum(b.one) <> 0
        ) AS e;
    END IF;
    INSERT INTO delivery_counts AS kept (slot, platform, sent, failed, waiting, held, parked)
    SELECT pg_backend_pid() % 32, e.platform,
        coalesce(sum(e.more) FILTER (WHERE e.state = 'sent'), 0),
        coalesce(sum(e.more) FILTER (WHERE e.state = 'failed'), 0),
        coalesce(sum(e.more) FILTER (WHERE e.state IN ('pending', 'sending')), 0),
        coalesce(sum(e.more) FILTER (WHERE e.state = 'held'), 0),
        coalesce(sum(e.more) FILTER (WHERE e.state = 'parked'), 0)
    FROM (
        SELECT (SELECT d.platform FROM destinations AS d WHERE d.id = u.place) AS platform, u.state, u.more
        FROM unnest(places, states, more) AS u(place, state, more)
    ) AS e GROUP BY e.platform ORDER BY e.platform
    ON CONFLICT (slot, platform) DO UPDATE SET sent = kept.sent + excluded.sent,
        failed = kept.failed + excluded.failed, waiting = kept.waiting + excluded.waiting,
        held = kept.held + excluded.held, parked = kept.parked + excluded.parked;
    RETURN NULL;
END $$;
CREATE TRIGGER deliveries_came AFTER INSERT ON deliveries REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_deliveries();
CREATE TRIGGER deliveries_changed AFTER UPDATE ON deliveries REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_deliveries();
CREATE TRIGGER deliveries_went AFTER DELETE ON deliveries REFERENCING OLD TABLE AS former
    FOR EACH STATEMENT EXECUTE FUNCTION count_deliveries();
-- When alerts were sent, for how long they took.
CREATE INDEX deliveries_sent ON deliveries (settled_at)
WHERE state = 'sent' AND held_for = '' AND post_id IS NOT NULL;
-- How polls went, day by day.
CREATE TABLE poll_days (
    day INTEGER NOT NULL,
    feed_id BIGINT NOT NULL,
    good INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (day, feed_id)
);
