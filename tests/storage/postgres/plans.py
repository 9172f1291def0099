"""The statements that run often, the indexes that lead them, and the rows that they are planned among."""

from __future__ import annotations

from storage.postgres import (
    archive,
    changes,
    claim,
    destinations,
    feeds,
    hold_back,
    holding,
    hubs,
    matching,
    moves,
    outbox,
    overview,
    phrases,
    posts,
    preferences,
    search,
    settle,
    stories,
    subscriptions,
    terms,
    unfollowed,
)
from storage.postgres.jobs import due
from tests.contracts.store_samples import T0, row

# Some years of a community: few rows wait, many are done.
FILL = """
INSERT INTO feeds (name, name_fold, settings_url, url, every, announce_latest, categories, aliases, api_base,
    origin, next_poll_at)
SELECT 'F' || n, 'f' || n, 'u' || n, 'u' || n, 900, 0, '[]', '{}', 'off', 'chat', n
FROM generate_series(1, 2000) AS n;
INSERT INTO hubs (feed_id, hub, topic, callback, key, base, next_at, verified_until)
SELECT n, 'h' || n, 'u' || n, 'c' || n, 'k', 'b', 100 + n, 1000000 FROM generate_series(1, 2000) AS n;
INSERT INTO posts (feed_id, key, canonical_id, wordpress_id, guid, link, link_path, title, author,
    published_at, first_seen_at, summary, text, text_hash, image, update_text, labels, categories, tags, rank,
    evidence, ambiguous, silent, edits, refile_attempts)
SELECT 1 + n % 200, 'p' || n, n, 0, 'g' || n, 'l' || n, 'l' || n, 'Title', 'Ann', n, n, 'Summary', 'Text',
    'h' || n, '', '', '[]', '[]', '[]', 4, '', 0, 0, 0, 0 FROM generate_series(1, 20000) AS n;
INSERT INTO archive SELECT n, ('w' || n % 5000)::tsvector FROM generate_series(1, 20000) AS n;
INSERT INTO post_aliases SELECT feed_id, 'a' || id, id FROM posts;
INSERT INTO story_keys SELECT 'p' || id, id, id FROM posts;
INSERT INTO terms (feed_id, term, name) SELECT f, 'c:' || t, 'T' || t
FROM generate_series(1, 200) AS f, generate_series(1, 50) AS t;
INSERT INTO post_terms (post_id, term, feed_id, canonical_id, published_at)
SELECT id, 'c:' || 1 + id % 50, feed_id, canonical_id, published_at FROM posts;
INSERT INTO destinations (address, platform, created_at, parked_at, probe_at)
SELECT 'console:' || n, 'console', 0, CASE WHEN n <= 20 THEN 1 END, CASE WHEN n <= 20 THEN n END
FROM generate_series(1, 20000) AS n;
INSERT INTO subscriptions (destination_id, feed_id, cadence, channel, created_by, created_at, excludes)
SELECT n, 0, 'now', n % 2, '', 0, n % 2 FROM generate_series(1, 20000) AS n;
INSERT INTO filters SELECT n, 0, 'c:' || n % 1000, 'T', CASE WHEN n % 100 = 0 THEN '@x' ELSE '' END
FROM generate_series(1, 20000) AS n;
INSERT INTO filters SELECT n, 1, 'c:' || 1 + n % 1000, 'T', '' FROM generate_series(1, 20000, 2) AS n;
INSERT INTO filters SELECT n, 0, 'w:word' || n || ' more', 'T', '' FROM generate_series(1, 3000) AS n;
INSERT INTO changes (at, by, place, feed_id, what)
SELECT n, 'x', CASE WHEN n % 10 = 0 THEN '' ELSE 'console:' || n END, n % 200, 'added the feed'
FROM generate_series(1, 20000) AS n;
INSERT INTO deliveries (destination_id, post_id, state, due_at, created_at, reference, settled_at)
SELECT 1 + n % 20000, 1 + (n / 20000) * 7 + n % 7, 'sent', n, n, 'r', n FROM generate_series(1, 60000) AS n;
INSERT INTO deliveries (destination_id, post_id, state, due_at, created_at, owner, lease_until, bundle,
    held_for)
SELECT n, 19000 + n % 9, (array['pending', 'sending', 'held', 'parked'])[1 + n % 4], n, n, 'x', n,
    CASE WHEN n % 100 = 0 THEN 'digest:1' END, CASE WHEN n % 4 = 2 THEN 'daily' ELSE '' END
FROM generate_series(1, 800) AS n;
INSERT INTO poll_days SELECT d, f, 1, 0 FROM generate_series(1, 14) AS d, generate_series(1, 2000) AS f;
UPDATE deliveries SET edit_due_at = due_at WHERE state = 'sent' AND id % 1000 = 0;
"""
SOME: dict[str, object] = {
    "feed": 3,
    "feed_id": 3,
    "callback": "c9",
    "post_id": 19,
    "shown_id": None,
    "copy_id": 19,
    "beside": True,
    "found": 10,
    "characters": 9,
    "oldest": 5,
    "destination_id": 100,
    "id": 9,
    "old_id": 9,
    "new_id": 8,
    "now": 400,
    "until": 500,
    "limit": 10,
    "skip": 0,
    "without": "",
    "most": 501,
    "window": 200,
    "since": 0,
    "after": 5,
    "platforms": ["console"],
    "catch_up_after": 5,
    "owner": "me",
    "ended": ["them"],
    "bundle": "digest:1",
    "state": "pending",
    "terms": ["c:1", "c:2", "*"],
    "old_terms": ["c:3", "*"],
    "olds": ["c:3"],
    "keys": ["p1", "p2"],
    "words": ["word7"],
    "ids": [5, 6],
    "destinations": [100, 200],
    "bundles": ["digest:1", "digest:1"],
    "revision": 2,
    "address": "console:9",
    "addresses": ["console:9"],
    "among": ["console:9"],
    "platform": "console",
    "low": "c:1",
    "high": "c:2",
    "key": "p9",
    "term": "c:9",
    "link": "l9",
    "path": "l9",
    "alias": "a9",
    "aliases": ["a1"],
    "texts": ["h1"],
    "reason": "quiet",
    "old": "console:9",
    "new": "console:8",
    "query": "'w7'",
    "number": 9,
    "channel": 1,
    "what": "added the feed",
    "place": "console:9",
    "each": 5,
    "days": [1, 2],
    "posts": [5, 6],
    "first": 5,
    "feeds": [1, 2],
    "folds": ["f7"],
    "prefix": "console:1",
    "destination_ids": [100],
    "lane": 7,
    "error": ["x"],
    "reference": ["r"],
}
OWN: dict[str, dict[str, object]] = {  # statements whose parameters have the same names and other types
    "match": {**posts._parameters(row("p"), T0, ["k"]), "id": 30_000},
    "sent": {"id": [5, 6], "now": [1, 1], "revision": [1, 1], "reference": ["r", "r"]},
    "known": {"ids": ["p1", "p2"]},
}
ALWAYS = [
    *("heads of a lane", "claimable"),
    *(
        "match",
        "phrases",
        "heads",
        "lost",
        "take",
        "edits",
        "next",
        "held",
        "sent",
        "due digests",
        "planned",
        "edit",
    ),
]
# Of these every transaction that stores posts takes the plan that is good for any.
PLANNED_ONCE = [
    "match",
    "match a new filing",
    "phrases",
    "edit",
    "copies of a story",
    "copies that are shown",
]
# Statement -> the indexes that its plan must have.
PLANS = {
    "claim feeds": (feeds.CLAIM, ["feeds_due"]),
    "feed of a name": (feeds.CALLED, ["feeds_name_fold_key"]),
    "first feeds": (feeds.FEEDS, ["feeds_name_fold_key"]),
    "days that are forgotten": (feeds.FORGET_DAYS, ["poll_days_pkey"]),
    "queue of the page": (overview.TIMES, ["deliveries_oldest", "deliveries_held", "destinations_parked"]),
    "latencies": (overview.LATENCIES, ["deliveries_sent", "posts_pkey"]),
    "posts by day": (overview.POSTS_BY_DAY, ["posts_newest_of_feed"]),
    "polls by day": (overview.POLLS_BY_DAY, ["poll_days_pkey"]),
    "places of posts": (overview.PLACES, ["deliveries_post"]),
    "held next": (overview.HELD_NEXT, ["deliveries_held"]),
    "parked places": (overview.PARKED, ["destinations_parked"]),
    "match": (posts.STORE, ["filters_followers", "subscriptions_pkey"]),
    "match a new filing": (matching.MATCH_REFILED, ["filters_followers"]),
    "destinations to move": (moves._DESTINATIONS_TO_MOVE, ["filters_followers"]),
    "followers that move": (moves.FOLLOWERS, ["destinations_pkey", "filters_(pkey|followers)"]),
    "phrases": (phrases.BEGINNINGS, ["phrases_pkey"]),
    "known": (posts.KNOWN_POSTS, ["posts_feed_id_key_key", "post_aliases_pkey", "posts_text"]),
    "edit": (stories.EDIT, ["deliveries_post"]),
    "copies of a story": (stories.CANDIDATES, ["story_keys_pkey", "posts_pkey", "posts_canonical"]),
    "keys of old stories": (stories.FORGET, ["story_keys_oldest"]),
    "copies that are shown": (stories.REVISE, ["posts_canonical"]),
    "heads": (
        claim.ANYWHERE.heads,
        ["deliveries_due", "deliveries_queue", "deliveries_sending", "deliveries_editing"],
    ),
    "lost": (claim.ANYWHERE.lost, ["deliveries_(sending|oldest|queue)"]),
    "heads of a lane": (claim.IN_LANE.heads, ["deliveries_(queue|due)"]),
    "lost of a lane": (claim.IN_LANE.lost, ["deliveries_(sending|queue|oldest)"]),
    "edits of a lane": (claim.IN_LANE.edits, ["deliveries_edit(s|ing)"]),
    "due digests of a lane": (claim.IN_LANE.due, ["deliveries_held"]),
    "claimable": (
        claim.CLAIMABLE,
        ["deliveries_due", "deliveries_held"],
    ),
    "due polls": (due.POLLS, ["feeds_due"]),
    "a poll for a push": (due.POLL_NOW, ["feeds_pkey"]),
    "hubs to ask": (hubs.CLAIM, ["hubs_due"]),
    "a hub that calls": (hubs.CALLED, ["hubs_callback_key"]),
    "hubs of feeds": (hubs.OF_FEEDS, ["hubs_of_feed"]),
    "too many": (claim.MANY, []),
    "bundle": (claim.BUNDLE, []),
    "bundled": (claim.BUNDLED, []),
    "take": (claim.TAKE, ["deliveries_pkey"]),
    "edits": (claim.ANYWHERE.edits, ["deliveries_edits", "deliveries_editing"]),
    "next": (
        claim.CLAIMABLE_AT,
        ["deliveries_due", "deliveries_sending", "deliveries_edits", "deliveries_held"],
    ),
    "probed": (outbox.PROBED, ["deliveries_parked"]),
    "held": (settle.HELD, ["deliveries_pkey"]),
    "sent": (settle.SENT, ["deliveries_pkey"]),
    "park": (settle.PARK_QUEUE, []),
    "resume what was held": (settle.RESUME[1], ["deliveries_parked"]),
    "resume": (settle.RESUME[2], ["deliveries_parked"]),
    "give up": (destinations.GIVE_UP, []),
    "addressed": (destinations.UNPARKED, ["destinations_address_key"]),
    "moved changes": (destinations.KEEP_CHANGES, ["changes_place"]),
    "due digests": (holding.DUE, ["deliveries_held"]),
    "release": (holding.RELEASE, []),
    "hold": (hold_back.HOLD, []),
    "pause": (holding.PAUSE, []),
    "planned": (holding.NEW, ["deliveries_held"]),
    "planned anew": (holding.OF_DESTINATION, []),
    "not followed any more": (unfollowed.HELD, []),
    "held there": (preferences.HELD, []),
    "digest": (archive.DIGEST, ["deliveries_bundles"]),
    "texts": (archive.TEXTS, ["posts_key"]),
    "linked": (archive.LINKED, ["posts_link"]),
    "latest": (archive.LATEST[False, False], ["posts_newest"]),
    "latest of a feed": (archive.LATEST[False, True], ["posts_newest_of_feed"]),
    "latest of a term": (archive.LATEST[True, False], ["post_terms_newest"]),
    "latest of both": (archive.LATEST[True, True], ["post_terms_newest_of_feed"]),
    "times of posts": (archive.POST_TIMES, ["posts_newest_of_feed"]),
    "queue": (archive.QUEUE, ["deliveries_oldest", "deliveries_held"]),
    "log": (archive.LOG, ["deliveries_log"]),
    "log of all": (archive.LOG_OF_ALL, ["deliveries_pkey"]),
    "deliveries of a post": (archive.OF_POST, ["deliveries_destination_id_post_id_key"]),
    "names": (terms.NAMES, ["terms_(term|pkey)"]),
    "named": (terms.NAMED, ["terms_term"]),
    "matches": (search.MATCHES, ["archive_words"]),
    "best": (search.BEST, ["archive_words"]),
    "among the newest": (search.AMONG_NEWEST, ["posts_newest"]),
    "by date": (search.BY_DATE, ["posts_pkey"]),
    "subscriptions of an address": (subscriptions.OF_ADDRESS, ["destinations_address_key"]),
    "channels among some": (subscriptions.CHANNELS_AMONG, ["destinations_address_key"]),
    "log of changes": (changes.OF_PLACE, ["changes_place"]),
    "feeds added": (changes.FEEDS_ADDED, ["changes_feed"]),
    "followed": (changes.FOLLOWED, ["destinations_address_key", "filters_pkey"]),
}
