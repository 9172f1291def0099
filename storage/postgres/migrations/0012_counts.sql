-- A statement that changes no count writes none.
CREATE OR REPLACE FUNCTION count_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF places IS NULL THEN
        RETURN NULL;
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
