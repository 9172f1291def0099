-- Hubs tell of new posts at once (WebSub).
ALTER TABLE feeds ADD COLUMN push_due INTEGER;
ALTER TABLE feeds ADD COLUMN hub_since INTEGER;
ALTER TABLE feeds ADD COLUMN hub_until INTEGER;
CREATE TABLE hubs (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    hub TEXT NOT NULL,
    topic TEXT NOT NULL,
    callback TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL,
    leaving INTEGER NOT NULL DEFAULT 0,
    base TEXT NOT NULL DEFAULT '',
    asked_until INTEGER,
    verified_at INTEGER,
    verified_until INTEGER,
    next_at INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX hubs_of_feed ON hubs (feed_id) WHERE leaving = 0;
CREATE INDEX hubs_due ON hubs (next_at);
