-- Paces, quotas and marks that all processes of a bot share.
-- What all processes share; see bot/ports/shared.py. Times are microseconds of the server's clock, since turns may be
-- less than a millisecond apart. Paces are worth nothing after a crash, and so they need no log.
CREATE UNLOGGED TABLE paces (
    key TEXT COLLATE "C" PRIMARY KEY,
    next_at BIGINT NOT NULL DEFAULT 0,       -- the first turn that nobody has
    held_until BIGINT NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '',            -- the reason of the hold
    seen_at BIGINT NOT NULL DEFAULT 0        -- the latest time at which somebody asked
) WITH (fillfactor = 50);
CREATE TABLE quotas (
    key TEXT COLLATE "C" PRIMARY KEY,
    times BIGINT[] NOT NULL DEFAULT '{}'     -- the latest events, oldest first
) WITH (fillfactor = 50);
CREATE TABLE marks (
    key TEXT COLLATE "C" PRIMARY KEY,
    made_at BIGINT NOT NULL,
    until BIGINT NOT NULL
);
CREATE FUNCTION shared_time() RETURNS BIGINT LANGUAGE sql VOLATILE AS $$
    SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
$$;
-- Gives out up to `most` turns, `step` apart, of those due within `patience`. `leeway`: how far behind the present the
-- first may lie after a pause, which is a burst. `wait` is that of the first turn; it may lie in the past.
CREATE FUNCTION take_turns(
    wanted TEXT, step BIGINT, leeway BIGINT, most INTEGER, patience BIGINT, urgent BOOLEAN,
    OUT taken INTEGER, OUT present BIGINT, OUT wait BIGINT, OUT reason TEXT
) LANGUAGE plpgsql AS $$
DECLARE
    pace paces;
    first BIGINT;
    back BIGINT;
BEGIN
    LOOP
        SELECT * INTO pace FROM paces WHERE key = wanted FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO paces (key) VALUES (wanted) ON CONFLICT DO NOTHING;
    END LOOP;
    present := shared_time();
    back := greatest(pace.seen_at - present, 0);  -- by so much the server's clock was set back
    pace.next_at := pace.next_at - back;
    pace.held_until := pace.held_until - back;
    first := greatest(pace.next_at, present - leeway, pace.held_until);
    wait := CASE WHEN urgent THEN greatest(pace.held_until - present, 0) ELSE first - present END;
    reason := CASE WHEN pace.held_until > present THEN pace.why ELSE '' END;
    taken := CASE WHEN wait > patience THEN 0 WHEN urgent THEN 1
        ELSE least(most, (patience - wait) / step + 1) END;
    UPDATE paces SET held_until = pace.held_until, seen_at = present,
        next_at = CASE WHEN taken > 0 THEN first + taken * step ELSE pace.next_at END
    WHERE key = wanted;
END $$;
-- Counts an event; unless `regardless`, only if there are fewer than `most` within the `latest` microseconds. `wait` is
-- the time until there are fewer.
CREATE FUNCTION count_event(
    wanted TEXT, most INTEGER, latest BIGINT, regardless BOOLEAN, OUT counted BOOLEAN, OUT wait BIGINT
) LANGUAGE plpgsql AS $$
DECLARE
    known BIGINT[];
    present BIGINT;
BEGIN
    LOOP
        SELECT times INTO known FROM quotas WHERE key = wanted FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO quotas (key) VALUES (wanted) ON CONFLICT DO NOTHING;
    END LOOP;
    present := shared_time();
    known := array(
        SELECT least(each, present) FROM unnest(known) AS each WHERE each > present - latest ORDER BY 1
    );
    counted := regardless OR cardinality(known) < most;
    IF counted THEN
        known := known || present;
        known := known[greatest(cardinality(known) - most, 0) + 1 :];
        UPDATE quotas SET times = known WHERE key = wanted;
    END IF;
    wait := CASE WHEN cardinality(known) < most THEN 0 ELSE known[1] + latest - present END;
END $$;
