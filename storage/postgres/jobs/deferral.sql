-- A delivery that is due at once brings its job along, in the same transaction: neither can exist without the
-- other. What becomes due later gets its job from storage/postgres/jobs/due.py.
-- A second of tolerance: the due time comes from a process that follows the clock of this server.
CREATE OR REPLACE FUNCTION defer_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
    SELECT 'deliver:' || d.platform, 'deliver', 'to:' || d.id, 'to:' || d.id,
        jsonb_build_object('destination_id', d.id)
    FROM (
        SELECT DISTINCT destination_id FROM fresh
        WHERE state = 'pending' AND due_at <= extract(epoch FROM clock_timestamp()) * 1000 + 1000
    ) AS due JOIN destinations AS d ON d.id = due.destination_id
    ORDER BY d.id
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER deliveries_deferred AFTER INSERT ON deliveries REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION defer_deliveries();
