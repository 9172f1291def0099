-- What changes at every poll without news has columns, so that the rest of the state need not be written anew.
ALTER TABLE feeds ADD COLUMN last_success_at BIGINT;
ALTER TABLE feeds ADD COLUMN last_full_at BIGINT;
ALTER TABLE feeds ADD COLUMN unchanged_bodies INTEGER NOT NULL DEFAULT 0;
UPDATE feeds SET last_success_at = (state::json ->> 'last_success_at')::bigint,
    last_full_at = (state::json ->> 'last_full_at')::bigint,
    unchanged_bodies = coalesce((state::json ->> 'unchanged_bodies')::integer, 0),
    state = (state::jsonb - 'last_success_at' - 'last_full_at' - 'unchanged_bodies')::text;

-- Programs that do not know these columns would find nothing in the state, and write what nobody reads.
ALTER TABLE bystander ALTER COLUMN oldest SET DEFAULT 10;
