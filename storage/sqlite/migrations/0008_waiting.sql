-- /health reads one number and one index entry, however many alerts wait.
CREATE INDEX deliveries_oldest ON deliveries (created_at) WHERE state IN ('pending', 'sending');
INSERT INTO delivery_counts
SELECT 'waiting', count(*) FROM deliveries INDEXED BY deliveries_queue WHERE state IN ('pending', 'sending');
CREATE TRIGGER deliveries_wait AFTER INSERT ON deliveries WHEN new.state IN ('pending', 'sending') BEGIN
    UPDATE delivery_counts SET deliveries = deliveries + 1 WHERE state = 'waiting';
END;
CREATE TRIGGER deliveries_wait_changed AFTER UPDATE OF state ON deliveries
WHEN (new.state IN ('pending', 'sending')) <> (old.state IN ('pending', 'sending')) BEGIN
    UPDATE delivery_counts SET deliveries = deliveries + iif(new.state IN ('pending', 'sending'), 1, -1)
    WHERE state = 'waiting';
END;
CREATE TRIGGER deliveries_wait_deleted AFTER DELETE ON deliveries WHEN old.state IN ('pending', 'sending') BEGIN
    UPDATE delivery_counts SET deliveries = deliveries - 1 WHERE state = 'waiting';
END;
