-- Makes the deliveries of a post cheaper: one index less for each row, and counted in one statement.
-- SQLite cannot drop a UNIQUE of a table, so the table is built anew. Its indexes and triggers go with the old one.
ALTER TABLE deliveries RENAME TO deliveries_before;
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    destination_id INTEGER NOT NULL REFERENCES destinations (id),
    post_id INTEGER REFERENCES posts (id),
    subscription_id INTEGER,          -- what made it match; gone when unfollowed
    term TEXT NOT NULL DEFAULT '',    -- the term that matched
    notice TEXT,
    bundle TEXT,                      -- rows of one destination and bundle go out as one message
    state TEXT NOT NULL CHECK (state IN ('held', 'pending', 'sending', 'sent', 'parked', 'failed')),
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    uncertain INTEGER NOT NULL DEFAULT 0,
    plain INTEGER NOT NULL DEFAULT 0,
    first_attempt_at INTEGER,
    owner TEXT,
    lease_until INTEGER NOT NULL DEFAULT 0,  -- 0: nobody has it
    error TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL DEFAULT '',  -- of the message on the platform, for edits
    settled_at INTEGER,
    revision INTEGER NOT NULL DEFAULT 0,  -- of the post, as last shown
    edit_due_at INTEGER,              -- when to show the post's new form; owner and lease as for a send
    edit_attempts INTEGER NOT NULL DEFAULT 0,
    edited INTEGER NOT NULL DEFAULT 0,
    key_address TEXT NOT NULL DEFAULT '',  -- what the attempt key is made of, where the address changed since
    mention TEXT NOT NULL DEFAULT '',  -- all that the matching terms call, each once, with spaces between
    held_for TEXT NOT NULL DEFAULT '' CHECK (held_for IN ('', 'daily', 'weekly', 'quiet', 'snooze', 'pause')),
    released_at INTEGER,               -- when it was no longer held
    shown_id INTEGER REFERENCES posts (id)  -- the copy that is shown, where it is not post_id itself
) STRICT;
INSERT INTO deliveries (
    id, destination_id, post_id, subscription_id, term, notice, bundle, state, due_at, created_at, attempts,
    uncertain, plain, first_attempt_at, owner, lease_until, error, reference, settled_at, revision,
    edit_due_at, edit_attempts, edited, key_address, mention, held_for, released_at, shown_id
) SELECT
    id, destination_id, post_id, subscription_id, term, notice, bundle, state, due_at, created_at, attempts,
    uncertain, plain, first_attempt_at, owner, lease_until, error, reference, settled_at, revision,
    edit_due_at, edit_attempts, edited, key_address, mention, held_for, released_at, shown_id
FROM deliveries_before;
DROP TABLE deliveries_before;
CREATE INDEX deliveries_held ON deliveries (due_at) WHERE state = 'held';
CREATE INDEX deliveries_held_there ON deliveries (destination_id, held_for) WHERE state = 'held';
CREATE INDEX deliveries_bundles ON deliveries (destination_id, id) WHERE bundle IS NOT NULL;
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'pending';
CREATE INDEX deliveries_queue ON deliveries (destination_id, id) WHERE state IN ('pending', 'sending');
CREATE INDEX deliveries_oldest ON deliveries (coalesce(released_at, created_at))
WHERE state IN ('pending', 'sending');
CREATE INDEX deliveries_sending ON deliveries (destination_id, lease_until) WHERE state = 'sending';
CREATE INDEX deliveries_edits ON deliveries (edit_due_at, lease_until) WHERE edit_due_at IS NOT NULL;
CREATE INDEX deliveries_editing ON deliveries (destination_id, id) WHERE edit_due_at IS NOT NULL;
-- In the order in which the rows of a post are made, so that they go to the end of the index.
CREATE UNIQUE INDEX deliveries_post ON deliveries (post_id, destination_id);
CREATE INDEX deliveries_log ON deliveries (destination_id, id);
CREATE INDEX deliveries_parked ON deliveries (destination_id, id) WHERE state = 'parked';
CREATE INDEX deliveries_sent ON deliveries (settled_at)
WHERE state = 'sent' AND held_for = '' AND post_id IS NOT NULL;
CREATE TRIGGER deliveries_gain AFTER INSERT ON deliveries
WHEN new.post_id IS NULL AND new.state IN ('pending', 'sending', 'held', 'parked') BEGIN
    UPDATE delivery_counts SET deliveries = deliveries + 1
    WHERE platform = (SELECT platform FROM destinations WHERE id = new.destination_id)
        AND state = iif(new.state IN ('pending', 'sending'), 'waiting', new.state);
END;
CREATE TRIGGER deliveries_change AFTER UPDATE OF state ON deliveries
WHEN new.state <> 'sent'
    AND iif(new.state = 'pending', 'sending', new.state) <> iif(old.state = 'pending', 'sending', old.state) BEGIN
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
