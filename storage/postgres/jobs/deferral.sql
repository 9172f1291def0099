-- Destinations share lanes: one job delivers what is due in a lane. A job for each destination cost a hundred times
-- as much as the claims that it made.
CREATE OR REPLACE FUNCTION lane_of(destination_id BIGINT) RETURNS INTEGER LANGUAGE sql IMMUTABLE
RETURN (destination_id % 32)::integer;

-- A delivery that is due at once brings the job of its lane along, in the same transaction: neither can exist without
-- the other. What becomes due later gets its job from storage/postgres/jobs/due.py.
-- A second of tolerance: the due time comes from a process that follows the clock of this server.
CREATE OR REPLACE FUNCTION defer_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM defer_lanes(array(
        SELECT DISTINCT destination_id FROM fresh
        WHERE state = 'pending' AND due_at <= extract(epoch FROM clock_timestamp()) * 1000 + 1000));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER deliveries_deferred AFTER INSERT ON deliveries REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION defer_deliveries();

-- Give a job to each lane of some destinations that has none waiting; return how many that were. In PL/pgSQL, which
-- keeps the plan: a function in SQL is planned at each call before PostgreSQL 18.
CREATE OR REPLACE FUNCTION defer_lanes(destination_ids BIGINT[]) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    deferred BIGINT;
BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
    SELECT 'deliver:' || platform, 'deliver', 'lane:' || platform || ':' || lane,
        'lane:' || platform || ':' || lane, jsonb_build_object('platform', platform, 'lane', lane)
    FROM (
        SELECT DISTINCT d.platform, lane_of(d.id) AS lane FROM destinations AS d
        WHERE d.id = ANY(destination_ids)) AS lanes
    ORDER BY platform, lane
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING;
    GET DIAGNOSTICS deferred = ROW_COUNT;
    RETURN deferred;
END $$;
