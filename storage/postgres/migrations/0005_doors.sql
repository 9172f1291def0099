-- Only one of several processes may listen at a door, and some things they may only do in turn.

-- A process that holds a door or stands by for it. It lives as long as its connection, which has the locks.
CREATE TABLE doors (
    backend INTEGER PRIMARY KEY,  -- the server's process behind that connection
    name TEXT NOT NULL,
    first_shard INTEGER NOT NULL,
    last_shard INTEGER NOT NULL,
    shards INTEGER NOT NULL,
    host TEXT NOT NULL,
    held_since BIGINT  -- by the server's clock; NULL: it stands by
);

-- The last turn that was given of what processes do one after the other. By the server's clock.
CREATE TABLE turns (
    name TEXT PRIMARY KEY,
    next_at BIGINT NOT NULL
);
