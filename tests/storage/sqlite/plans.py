"""The statements that run often, and what their plans must have."""

from __future__ import annotations

from storage.sqlite import (
    archive,
    changes,
    claim,
    counting,
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

FOLLOWERS = "SEARCH f USING COVERING INDEX filters_followers (term=? AND excluded=?)"
POSTS = "SEARCH p USING INTEGER PRIMARY KEY"
QUEUE = "USING INDEX deliveries_queue (destination_id=?"
THERE = "SEARCH deliveries USING INDEX deliveries_held_there (destination_id=?"
# Statement -> lines its plan must have.
PLANS = {
    "posts to move": (moves._POSTS_TO_MOVE, ["post_terms_newest_of_feed (feed_id=? AND term=?)"]),
    "destinations to move": (
        moves._DESTINATIONS_TO_MOVE,
        ["SEARCH f USING COVERING INDEX filters_followers (term=?)", "SEARCH s USING INTEGER PRIMARY KEY"],
    ),
    "next to move": (moves._NEXT, ["SEARCH moving USING PRIMARY KEY (feed_id=? AND what=?)"]),
    "moved": (moves._MOVED, ["SEARCH moving USING PRIMARY KEY (feed_id=? AND what=? AND id<?)"]),
    "posts that move": (moves.TO_REFILE, [POSTS]),
    "followers that move": (
        moves.FOLLOWERS,
        ["SEARCH d USING INTEGER PRIMARY KEY", "SEARCH s USING COVERING INDEX", "SEARCH f USING PRIMARY KEY"],
    ),
    "match": (
        matching.MATCH,
        [
            FOLLOWERS,
            "SEARCH s USING INTEGER PRIMARY KEY",
            "SEARCH unwanted USING",
            "SEARCH calls USING INDEX filters_mentions (term=?)",
        ],
    ),
    "match a new filing": (
        matching.MATCH + matching._ALREADY + matching._ONCE,
        [FOLLOWERS, "SEARCH earlier USING INDEX sqlite_autoindex_subscriptions_1 (destination_id=?"],
    ),
    "phrases": (
        phrases.BEGINNINGS,
        [
            "SEARCH p USING PRIMARY KEY (first_word=? AND term=?)",
            "SEARCH p USING PRIMARY KEY (first_word=? AND term>? AND term<?)",
        ],
    ),
    "texts": (archive.TEXTS, ["SEARCH p USING INDEX posts_key (key=?)"]),
    "heads": (claim._HEADS, ["SEARCH q USING INDEX deliveries_due (due_at<?)", f"SEARCH e {QUEUE}"]),
    "lost": (claim._LOST, ["SCAN q USING INDEX deliveries_sending"]),
    "too many": (claim._MANY, [f"SEARCH deliveries {QUEUE}"]),
    "bundle": (claim._BUNDLE, [f"SEARCH deliveries {QUEUE}"]),
    "bundled": (claim._BUNDLED, [f"SEARCH deliveries {QUEUE}"]),
    "take": (claim._TAKE, ["SEARCH deliveries USING INTEGER PRIMARY KEY"]),
    "edits": (
        claim._TAKE_EDITS,
        [
            "SEARCH q USING INDEX deliveries_edits",
            "SEARCH e USING INDEX deliveries_editing (destination_id=?",
        ],
    ),
    "next": (
        claim.CLAIMABLE_AT,
        [
            "SCAN q USING INDEX deliveries_due",
            "SEARCH deliveries USING INDEX deliveries_held (due_at<?)",
            "deliveries_sending",
            "SEARCH q USING INDEX deliveries_edits",
        ],
    ),
    "hubs to ask": (hubs.CLAIM, ["SEARCH hubs USING COVERING INDEX hubs_due (next_at<?)"]),
    "a hub that calls": (hubs.CALLED, ["SEARCH hubs USING INDEX sqlite_autoindex_hubs_1 (callback=?)"]),
    "hubs of feeds": (hubs.OF_FEEDS, ["SEARCH hubs USING INDEX hubs_of_feed (feed_id=?)"]),
    "probed": (outbox._PROBED, ["SEARCH d USING INDEX destinations_parked (probe_at<?)"]),
    "made": (counting.MADE, ["SEARCH q USING INTEGER PRIMARY KEY (rowid>?)"]),
    "become sent": (counting.LEFT, ["SEARCH q USING INTEGER PRIMARY KEY (rowid=?)"]),
    "held": (settle._HELD, ["SEARCH q USING INTEGER PRIMARY KEY"]),
    "sent": (settle._SENT, ["SEARCH deliveries USING INTEGER PRIMARY KEY"]),
    "park": (settle.PARK_QUEUE, [f"SEARCH deliveries {QUEUE}"]),
    "resume what was held": (settle.RESUME[1], ["SEARCH deliveries USING INDEX deliveries_parked"]),
    "resume": (settle.RESUME[2], ["SEARCH deliveries USING INDEX deliveries_parked (destination_id=?"]),
    "give up": (destinations._GIVE_UP[0], [f"SEARCH deliveries {QUEUE}"]),
    "give up what is parked": (
        destinations._GIVE_UP[1],
        ["SEARCH deliveries USING INDEX deliveries_parked (destination_id=?"],
    ),
    "give up what is held": (
        destinations._GIVE_UP[2],
        ["SEARCH deliveries USING INDEX deliveries_held_there (destination_id=?"],
    ),
    "due digests": (
        holding._DUE,
        [
            "SEARCH deliveries USING INDEX deliveries_held (due_at<?)",
            "SEARCH q USING INDEX deliveries_held_there (destination_id=?",
        ],
    ),
    "release": (holding._RELEASE, [THERE]),
    "hold": (hold_back._HOLD, [f"SEARCH deliveries {QUEUE}"]),
    "end of a probe": (hold_back._END_PROBE[0], [f"SEARCH deliveries {QUEUE}"]),
    "pause": (holding._PAUSE[0], [f"SEARCH deliveries {QUEUE}"]),
    "pause what is parked": (holding._PAUSE[1], ["SEARCH deliveries USING INDEX deliveries_parked"]),
    "pause what is held": (holding._PAUSE[2], [THERE]),
    "end of a pause": (holding._END_PAUSE, [THERE]),
    "planned": (holding._NEW, ["SEARCH q USING INDEX deliveries_held (due_at=?)"]),
    "planned anew": (holding._OF_DESTINATION, ["SEARCH q USING INDEX deliveries_held_there"]),
    "not followed any more": (
        unfollowed.HELD,
        ["SEARCH q USING INDEX deliveries_held_there", "SEARCH p USING INDEX posts_canonical"],
    ),
    "subscriptions of a destination": (
        subscriptions.OF_DESTINATION,
        ["SEARCH s USING INDEX sqlite_autoindex_subscriptions_1 (destination_id=?)"],
    ),
    "held there": (preferences._HELD, [THERE]),
    "digest": (archive._DIGEST, ["SEARCH b USING INDEX deliveries_bundles (destination_id=?"]),
    "addressed": (
        destinations._UNPARKED,
        ["SEARCH destinations USING INDEX sqlite_autoindex_destinations_1 (address=?)"],
    ),
    "edit": (stories.EDIT, ["SEARCH deliveries USING INDEX deliveries_post (post_id=?"]),
    "copies of a story": (
        stories.CANDIDATES,
        ["SEARCH k USING PRIMARY KEY (key=? AND post_id=?)", POSTS, "SEARCH own USING INDEX posts_canonical"],
    ),
    "keys of old stories": (
        stories.FORGET,
        ["SEARCH story_keys USING COVERING INDEX story_keys_oldest (published_at<?)"],
    ),
    "copies that are shown": (stories.REVISE, ["SEARCH posts USING INDEX posts_canonical (canonical_id=?"]),
    "known": (
        posts.KNOWN_POSTS,
        [
            "SEARCH posts USING COVERING INDEX posts_text (feed_id=? AND text_hash=?)",
            "SEARCH post_aliases USING PRIMARY KEY (feed_id=? AND alias=?)",
        ],
    ),
    "moved from": (archive._MOVED_FROM, ["SEARCH moved USING PRIMARY KEY (feed_id=? AND alias=?)"]),
    "latest": (
        archive.LATEST[False, False],
        ["SEARCH posts USING COVERING INDEX posts_newest (published_at>?)", POSTS],
    ),
    "latest of a feed": (
        archive.LATEST[False, True],
        ["SEARCH posts USING COVERING INDEX posts_newest_of_feed (feed_id=? AND published_at>?)", POSTS],
    ),
    "latest of a term": (
        archive.LATEST[True, False],
        ["SEARCH post_terms USING COVERING INDEX post_terms_newest (term=? AND published_at>?)", POSTS],
    ),
    "latest of both": (
        archive.LATEST[True, True],
        [
            (
                "SEARCH post_terms USING COVERING INDEX post_terms_newest_of_feed "
                "(feed_id=? AND term=? AND published_at>?)"
            ),
            POSTS,
        ],
    ),
    "times of posts": (
        archive.POST_TIMES,
        ["SEARCH posts USING COVERING INDEX posts_newest_of_feed (feed_id=? AND published_at<?)", POSTS],
    ),
    "terms": (terms.TERMS, ["SEARCH t USING"]),
    "counts of terms": (terms.COUNTS, ["SEARCH t USING"]),
    "names": (terms.NAMES, ["SEARCH t USING INDEX terms_term (term>? AND term<?)"]),
    "named": (terms.NAMED, ["SEARCH t USING INDEX terms_term (term=?"]),
    "matches": (search.MATCHES, []),
    "best": (search.BEST, [POSTS]),
    "newest": (search.NEWEST, ["SCAN posts USING COVERING INDEX posts_newest"]),
    "matches among": (search.MATCHES_AMONG, []),
    "by date": (search.BY_DATE, [POSTS]),
    "queue": (
        archive.QUEUE,
        ["SEARCH deliveries USING INDEX deliveries_oldest", "SEARCH deliveries USING INDEX deliveries_held"],
    ),
    "queue of the page": (
        overview.TIMES,
        [
            "SEARCH deliveries USING INDEX deliveries_oldest",
            "SEARCH deliveries USING INDEX deliveries_held",
            "destinations_parked",
        ],
    ),
    "latencies": (
        overview.LATENCIES,
        ["SEARCH q USING INDEX deliveries_sent (settled_at>?)", POSTS],
    ),
    "posts by day": (
        overview.POSTS_BY_DAY,
        ["SEARCH p USING COVERING INDEX posts_newest_of_feed (feed_id=? AND published_at>? AND "],
    ),
    "polls by day": (overview.POLLS_BY_DAY, ["SEARCH polled USING PRIMARY KEY (day=? AND feed_id=?)"]),
    "places of posts": (overview.PLACES, ["SEARCH deliveries USING COVERING INDEX deliveries_post"]),
    "held next": (overview.HELD_NEXT, ["SCAN deliveries USING INDEX deliveries_held"]),
    "parked places": (overview.PARKED, []),
    "days that are forgotten": (feeds.FORGET_DAYS, ["SEARCH poll_days USING PRIMARY KEY (day<?)"]),
    "feed of a name": (
        feeds.CALLED,
        ["SEARCH feeds USING INDEX sqlite_autoindex_feeds_1 (name_fold=?)"],
    ),
    "first feeds": (feeds.FEEDS, ["SCAN feeds USING INDEX sqlite_autoindex_feeds_1"]),
    "log": (archive.LOG, ["SEARCH q USING INDEX deliveries_log (destination_id=?)"]),
    "deliveries of a post": (
        archive.OF_POST,
        [
            "SEARCH q USING INDEX deliveries_post (post_id=? AND destination_id=?)",
            "SEARCH f USING PRIMARY KEY (subscription_id=? AND excluded=? AND term=?)",
        ],
    ),
    "subscriptions of an address": (
        subscriptions.OF_ADDRESS,
        ["SEARCH s USING INDEX sqlite_autoindex_subscriptions_1 (destination_id=?)"],
    ),
    "log of changes": (changes.OF_PLACE, ["SEARCH c USING INDEX changes_place (place=?)"]),
    "feeds added": (changes.FEEDS_ADDED, ["SEARCH added USING INDEX changes_feed (feed_id=?)"]),
    "followed": (
        changes.FOLLOWED,
        [
            "SEARCH s USING COVERING INDEX sqlite_autoindex_subscriptions_1 (destination_id=?)",
            "SEARCH f USING",
        ],
    ),
    "moved changes": (destinations._KEEP_CHANGES, ["SEARCH changes USING INDEX changes_place (place=?)"]),
    "channels": (subscriptions.CHANNELS, ["SCAN s USING INDEX subscriptions_channels"]),
    "channels among some": (
        subscriptions.CHANNELS_AMONG,
        ["SEARCH s USING INDEX subscriptions_channels (destination_id=?)"],
    ),
}
