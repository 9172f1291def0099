-- What changes at every poll without news has columns, so that the rest of the state need not be written anew.
ALTER TABLE feeds ADD COLUMN last_success_at INTEGER;
ALTER TABLE feeds ADD COLUMN last_full_at INTEGER;
ALTER TABLE feeds ADD COLUMN unchanged_bodies INTEGER NOT NULL DEFAULT 0;
UPDATE feeds SET last_success_at = json_extract(state, '$.last_success_at'),
    last_full_at = json_extract(state, '$.last_full_at'),
    unchanged_bodies = coalesce(json_extract(state, '$.unchanged_bodies'), 0),
    state = json_remove(state, '$.last_success_at', '$.last_full_at', '$.unchanged_bodies');
