-- What adapters keep over restarts, such as the fingerprint of the commands they registered.
CREATE TABLE memory (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
