-- The whole schema at one look. `migrations/` leads to the same database step by step; a test compares them.
-- Times are integers: milliseconds since 1970-01-01 UTC. Lists and maps are JSON texts.

-- One polled URL: settings, what polling remembers (see bot.model.FeedState), and the lease of a poll.
CREATE TABLE feeds (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_fold TEXT NOT NULL UNIQUE,
    settings_url TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    every REAL NOT NULL,
    announce_latest INTEGER NOT NULL,
    categories TEXT NOT NULL,
    aliases TEXT NOT NULL,
    api_base TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('config', 'chat')),
    retired_at INTEGER,
    next_poll_at INTEGER NOT NULL,
    owner TEXT,
    lease_until INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '{}',
    server TEXT NOT NULL DEFAULT '',   -- from which it was added in chat, for the limit of each
    quiet_notice INTEGER NOT NULL DEFAULT 1,
    push_due INTEGER,    -- when the last push of its hub wanted a poll
    hub_since INTEGER,   -- since when its hub has agreed to push; NULL: it has not
    hub_until INTEGER,   -- until when it has
    children TEXT NOT NULL DEFAULT 'auto',
    full_text TEXT NOT NULL DEFAULT 'auto',
    cluster TEXT NOT NULL DEFAULT 'same',
    last_success_at INTEGER,       -- these three: of the state, what every poll changes
    last_full_at INTEGER,
    unchanged_bodies INTEGER NOT NULL DEFAULT 0,
    renames TEXT NOT NULL DEFAULT ''  -- those of its categories that are under way, as JSON
) STRICT;
CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE retired_at IS NULL;

-- What is agreed with the hub that a feed names (see bot.model.HubSubscription), so that it tells of new posts.
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

-- One entry of a feed, for ever: a post that left the feed must not come back as news.
CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    key TEXT NOT NULL,
    canonical_id INTEGER NOT NULL,   -- the oldest post of this story in any feed: what deliveries point to
    wordpress_id INTEGER NOT NULL,
    guid TEXT NOT NULL,
    link TEXT NOT NULL,
    link_path TEXT NOT NULL,
    title TEXT NOT NULL,
    author TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    printed_at INTEGER,
    first_seen_at INTEGER NOT NULL,
    summary TEXT NOT NULL,
    text TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    image TEXT NOT NULL,
    update_text TEXT NOT NULL,
    labels TEXT NOT NULL,
    categories TEXT NOT NULL,
    tags TEXT NOT NULL,
    rank INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    ambiguous INTEGER NOT NULL,
    silent INTEGER NOT NULL,
    edits INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    refile_at INTEGER,
    refile_attempts INTEGER NOT NULL,
    moved_at INTEGER,                -- when it last came under other ids
    silence TEXT NOT NULL DEFAULT '',   -- why it alerted nobody (see bot.model.Silence)
    date_text TEXT NOT NULL DEFAULT '', -- what printed_at was read from
    joins INTEGER NOT NULL DEFAULT 0,   -- whether it is told together with the other copies of its story
    UNIQUE (feed_id, key)
) STRICT;
CREATE INDEX posts_key ON posts (key);
CREATE INDEX posts_canonical ON posts (canonical_id);
CREATE INDEX posts_newest ON posts (published_at, canonical_id) WHERE id = canonical_id;
CREATE INDEX posts_newest_of_feed ON posts (feed_id, published_at);
CREATE INDEX posts_link ON posts (link_path);
CREATE INDEX posts_text ON posts (feed_id, text_hash);
CREATE INDEX posts_refile ON posts (feed_id, refile_at) WHERE refile_at IS NOT NULL;
CREATE INDEX posts_tagged ON posts (feed_id) WHERE rank <= 3 AND tags <> '[]';

-- Other ids by which a post is recognised when its guid changes.
CREATE TABLE post_aliases (
    feed_id INTEGER NOT NULL,
    alias TEXT NOT NULL,
    post_id INTEGER NOT NULL REFERENCES posts (id),
    PRIMARY KEY (feed_id, alias, post_id)
) STRICT, WITHOUT ROWID;

-- By which a story is found again in another feed (see bot/story.py), for some weeks.
CREATE TABLE story_keys (
    key TEXT NOT NULL,
    post_id INTEGER NOT NULL REFERENCES posts (id),
    published_at INTEGER NOT NULL,
    PRIMARY KEY (key, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_keys_oldest ON story_keys (published_at);

-- The categories ("c:" + fold) and tags ("t:" + fold) of each post, with what their newest posts are found by.
CREATE TABLE post_terms (
    post_id INTEGER NOT NULL REFERENCES posts (id),
    term TEXT NOT NULL,
    feed_id INTEGER NOT NULL,          -- these three as in posts
    canonical_id INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (post_id, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_terms_newest ON post_terms (term, published_at, canonical_id);
CREATE INDEX post_terms_newest_of_feed ON post_terms (feed_id, term, published_at);

-- Every category and tag ever known in a feed, also those without posts. Triggers keep the counts.
CREATE TABLE terms (
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    term TEXT NOT NULL,
    name TEXT NOT NULL,
    posts INTEGER NOT NULL DEFAULT 0,  -- of the feed that carry it
    last_used_at INTEGER,              -- when the newest of them was published
    PRIMARY KEY (feed_id, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_term ON terms (term, feed_id);
CREATE TRIGGER terms_gain AFTER INSERT ON post_terms BEGIN
    UPDATE terms SET posts = posts + 1,
        last_used_at = max(coalesce(last_used_at, new.published_at), new.published_at)
    WHERE feed_id = new.feed_id AND term = new.term;
END;
CREATE TRIGGER terms_lose AFTER DELETE ON post_terms BEGIN
    UPDATE terms SET posts = posts - 1,
        last_used_at = (SELECT max(published_at) FROM post_terms WHERE feed_id = old.feed_id AND term = old.term)
    WHERE feed_id = old.feed_id AND term = old.term;
END;

-- The categories of a blog by the numbers that its API gives them, so that a new name is known as one.
CREATE TABLE blog_categories (
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    number INTEGER NOT NULL,
    source TEXT NOT NULL,              -- whose number it is: the address of the API
    name TEXT NOT NULL,                -- as the blog prints it
    parent INTEGER,                    -- number of the category above, 0 for none, NULL where the blog did not say
    missing INTEGER NOT NULL DEFAULT 0,  -- whether the last whole list did not have it
    PRIMARY KEY (feed_id, number)
) STRICT, WITHOUT ROWID;

-- What categories were called before, so that an old name that is typed is answered with the new one.
CREATE TABLE former_names (
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    term TEXT NOT NULL,                -- key of the old name
    name TEXT NOT NULL,
    now_term TEXT NOT NULL,            -- key of the present name
    now_name TEXT NOT NULL,
    PRIMARY KEY (feed_id, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_names_term ON former_names (term);

-- Renames of categories are carried out in parts. This is what is left of them (storage/shared/moves.py).
CREATE TABLE moving (
    feed_id INTEGER NOT NULL REFERENCES feeds (id),
    what TEXT NOT NULL CHECK (what IN ('post', 'destination')),
    id INTEGER NOT NULL,
    PRIMARY KEY (feed_id, what, id)
) STRICT, WITHOUT ROWID;

-- Full-text archive for /find; its content is read from posts.
CREATE VIRTUAL TABLE archive USING fts5 (
    title, text, categories, tags,
    content = 'posts', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER archive_insert AFTER INSERT ON posts BEGIN
    INSERT INTO archive (rowid, title, text, categories, tags)
    VALUES (new.id, new.title, new.text, new.categories, new.tags);
END;
CREATE TRIGGER archive_update AFTER UPDATE OF title, text, categories, tags ON posts BEGIN
    INSERT INTO archive (archive, rowid, title, text, categories, tags)
    VALUES ('delete', old.id, old.title, old.text, old.categories, old.tags);
    INSERT INTO archive (rowid, title, text, categories, tags)
    VALUES (new.id, new.title, new.text, new.categories, new.tags);
END;

-- A place an alert can go to, e.g. "console:alice".
CREATE TABLE destinations (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    platform TEXT NOT NULL,
    parked_at INTEGER,
    parked_reason TEXT NOT NULL DEFAULT '',
    probe_at INTEGER,
    created_at INTEGER NOT NULL,
    timezone TEXT NOT NULL DEFAULT '',     -- these seven: see bot.model.Preferences
    quiet TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL DEFAULT '08:00',
    weekly INTEGER NOT NULL DEFAULT 0,
    snoozed_until INTEGER,
    style TEXT NOT NULL DEFAULT 'full',
    mention_last INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX destinations_parked ON destinations (probe_at) WHERE parked_at IS NOT NULL;

-- Destination x feed x cadence; what it lets through is in filters. feed_id 0 is every feed.
CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY,
    destination_id INTEGER NOT NULL REFERENCES destinations (id),
    feed_id INTEGER NOT NULL,
    cadence TEXT NOT NULL CHECK (cadence IN ('now', 'daily', 'weekly')),
    channel INTEGER NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0,
    excludes INTEGER NOT NULL DEFAULT 0,   -- whether filters holds an exclusion, so that most need no look
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (destination_id, feed_id, cadence, channel)
) STRICT;
CREATE INDEX subscriptions_channels ON subscriptions (destination_id) WHERE channel = 1;

CREATE TABLE filters (
    subscription_id INTEGER NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    excluded INTEGER NOT NULL,
    term TEXT NOT NULL,
    name TEXT NOT NULL,
    mention TEXT NOT NULL DEFAULT '',  -- whom an alert calls that matches by this term
    PRIMARY KEY (subscription_id, excluded, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX filters_followers ON filters (term, excluded, subscription_id);
CREATE INDEX filters_mentions ON filters (term, subscription_id) WHERE mention <> '';

-- The phrases ("w:" + words) that anybody follows or leaves out, found by their first word. Triggers keep them.
CREATE TABLE phrases (
    first_word TEXT NOT NULL,
    term TEXT NOT NULL,
    PRIMARY KEY (first_word, term)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER phrases_gain AFTER INSERT ON filters WHEN new.term GLOB 'w:*' BEGIN
    INSERT OR IGNORE INTO phrases VALUES (substr(new.term, 3, instr(new.term || ' ', ' ') - 3), new.term);
END;
CREATE TRIGGER phrases_lose AFTER DELETE ON filters WHEN old.term GLOB 'w:*' BEGIN
    DELETE FROM phrases
    WHERE first_word = substr(old.term, 3, instr(old.term || ' ', ' ') - 3) AND term = old.term
        AND NOT EXISTS (SELECT 1 FROM filters WHERE term = old.term);
END;
CREATE TRIGGER phrases_change AFTER UPDATE OF term ON filters WHEN old.term GLOB 'w:*' BEGIN
    INSERT OR IGNORE INTO phrases VALUES (substr(new.term, 3, instr(new.term || ' ', ' ') - 3), new.term);
    DELETE FROM phrases
    WHERE first_word = substr(old.term, 3, instr(old.term || ' ', ' ') - 3) AND term = old.term
        AND NOT EXISTS (SELECT 1 FROM filters WHERE term = old.term);
END;

-- Who changed the alerts of a channel or a feed, for ever.
CREATE TABLE changes (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,                -- the address of a person, or 'config', 'import', 'bystander'
    place TEXT NOT NULL,             -- the address of a channel, '' for a change of a feed
    feed_id INTEGER NOT NULL,        -- 0 for every feed
    what TEXT NOT NULL,
    server TEXT NOT NULL DEFAULT ''  -- of the person, for a change of a feed
) STRICT;
CREATE INDEX changes_place ON changes (place, id);
CREATE INDEX changes_feed ON changes (feed_id, id) WHERE place = '';

-- The outbox: one row for each post and destination, for ever. Notices have no post.
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

-- How many deliveries of each platform were sent, failed, are held or parked, and wait (pending and sending
-- together). Triggers keep the numbers, but for new rows of a post and for rows that are sent: those are many at
-- once, and storage/sqlite/counting.py counts them in one statement. A sent or failed row that is deleted stays
-- counted.
CREATE TABLE delivery_counts (
    platform TEXT NOT NULL,
    state TEXT NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (platform, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER platforms_gain AFTER INSERT ON destinations
WHEN NOT EXISTS (SELECT 1 FROM delivery_counts WHERE platform = new.platform) BEGIN
    INSERT INTO delivery_counts SELECT new.platform, value, 0
    FROM json_each('["sent", "failed", "waiting", "held", "parked"]');
END;
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

-- How many polls of a feed went well and failed on each of the last days (since 1970, UTC), for the status page.
CREATE TABLE poll_days (
    day INTEGER NOT NULL,
    feed_id INTEGER NOT NULL,
    good INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (day, feed_id)
) STRICT, WITHOUT ROWID;

-- What adapters keep over restarts, such as the fingerprint of the commands they registered.
CREATE TABLE memory (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
