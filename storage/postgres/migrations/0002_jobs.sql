-- Many processes share the database: who they are, and the version of the job engine's tables.

-- A process that works on this database. The engine keeps the signs of life of its workers.
CREATE TABLE processes (
    owner TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    version TEXT NOT NULL,
    platforms TEXT[] NOT NULL,
    workers BIGINT[] NOT NULL,
    started_at BIGINT NOT NULL
);

-- One row: the version of procrastinate whose tables are here, and of the trigger that feeds them.
CREATE TABLE engine (
    version TEXT NOT NULL
);
