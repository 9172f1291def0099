-- Deliveries are counted by platform, and those that are parked too, for the status page and the metrics.
DROP TRIGGER deliveries_over;
DROP TRIGGER deliveries_wait;
DROP TRIGGER deliveries_wait_changed;
DROP TRIGGER deliveries_wait_deleted;
DROP TABLE delivery_counts;
CREATE TABLE delivery_counts (
    platform TEXT NOT NULL,
    state TEXT NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (platform, state)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery_counts
SELECT p.platform, s.value, (
    SELECT count(*) FROM deliveries AS q JOIN destinations AS d ON d.id = q.destination_id
    WHERE d.platform = p.platform
        AND s.value = iif(q.state IN ('pending', 'sending'), 'waiting', q.state))
FROM (SELECT DISTINCT platform FROM destinations) AS p,
    json_each('["sent", "failed", "waiting", "held", "parked"]') AS s;
CREATE TRIGGER platforms_gain AFTER INSERT ON destinations
WHEN NOT EXISTS (SELECT 1 FROM delivery_counts WHERE platform = new.platform) BEGIN
    INSERT INTO delivery_counts SELECT new.platform, value, 0
    FROM json_each('["sent", "failed", "waiting", "held", "parked"]');
END;
CREATE TRIGGER deliveries_gain AFTER INSERT ON deliveries
WHEN new.state IN ('pending', 'sending', 'held', 'parked') BEGIN
    UPDATE delivery_counts SET deliveries = deliveries + 1
    WHERE platform = (SELECT platform FROM destinations WHERE id = new.destination_id)
        AND state = iif(new.state IN ('pending', 'sending'), 'waiting', new.state);
END;
CREATE TRIGGER deliveries_change AFTER UPDATE OF state ON deliveries
WHEN iif(new.state = 'pending', 'sending', new.state) <> iif(old.state = 'pending', 'sending', old.state) BEGIN
    UPDATE delivery_counts
    SET deliveries = deliveries + iif(state = iif(new.state IN ('pending', 'sending'), 'waiting', new.state), 1, -1)
    WHERE platform = (SELECT platform FROM destinations WHERE id = new.destination_id)
        AND state IN (iif(new.state IN ('pending', 'sending'), 'waiting', new.state),
            iif(old.state IN ('pending', 'sending'), 'waiting', old.state));
END;
CREATE TRIGGER deliveries_lose AFTER DELETE ON deliveries
WHEN old.state IN ('pending', 'sending', 'held', 'parked') BEGIN
    UPDATE delivery_counts SET deliveries = deliveries - 1
    WHERE platform = (SELECT platform FROM destinations WHERE id = old.destination_id)
        AND state = iif(old.state IN ('pending', 'sending'), 'waiting', old.state);
END;

-- When alerts were sent, for how long they took.
CREATE INDEX deliveries_sent ON deliveries (settled_at)
WHERE state = 'sent' AND held_for = '' AND post_id IS NOT NULL;
-- How polls went, day by day.
CREATE TABLE poll_days (
    day INTEGER NOT NULL,
    feed_id INTEGER NOT NULL,
    good INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (day, feed_id)
) STRICT, WITHOUT ROWID;
