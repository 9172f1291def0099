"""Changes the subscriptions of a person or a channel. Everything is checked before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.commands.below import below_words
from bot.commands.declaration import Call
from bot.commands.feed_names import find_feed
from bot.commands.fields import check_number
from bot.commands.known import vocabulary
from bot.commands.resolve import Wanted, resolve
from bot.commands.state import Target, back_test
from bot.commands.timing import state_of
from bot.commands.wording import ended, filter_words, listed, show, term_word
from bot.errors import LimitError, UsageError
from bot.model import EVERYTHING, Cadence, Feed, Filter, Kind, Reply, Subscription, Term
from bot.text.counting import counted
from bot.text.normalize import kind_of
from bot.text.spelling import spelled, spelled_key


async def chosen_feed(call: Call) -> Feed | None:
    """Return the feed that was named; None, for every feed, if none was."""
    typed = call.text("feed")
    return await find_feed(call.store, typed) if typed else None


def chosen_cadence(call: Call) -> Cadence | None:
    """Return how soon alerts shall come; None if nothing was typed."""
    typed = call.text("when")
    return Cadence(typed) if typed else None


def followed_terms(names: Mapping[str, str]) -> list[Term]:
    """Return followed names (term key to name) as terms, so that they are found even without recent posts."""
    return [Term(kind_of(key), name, key[2:]) for key, name in names.items() if key != EVERYTHING]


async def add(
    call: Call,
    target: Target,
    wanted: Wanted,
    feed: Feed | None,
    *,
    cadence: Cadence | None,
    mention: str | None = None,
) -> Reply:
    """Follow the wanted terms; answer with the resulting subscriptions and a back-test.

    `cadence`: None leaves what is followed already as it is, and follows the rest at once.
    """
    before = await call.store.subscriptions(target.address, channel=target.is_channel)
    check_number(before, [*wanted.include, *wanted.exclude])
    if not wanted.include:
        return await _leave_out(call, target, wanted, feed, before)
    feed_id = feed.id if feed else None
    covering = [each for each in before if _covers(each, wanted, feed_id, cadence, mention)]
    if covering:
        already = _already(call, target, wanted, covering[0])
        state = await state_of(call, target, before)
        more = [*_name_words(call, wanted), *await below_words(call, wanted.include, feed)]
        return Reply("\n".join([already, *more, state]))
    parts = by_cadence([each for each in before if each.feed_id == feed_id], wanted, cadence)
    for how_soon, part in parts.items():
        await _follow(call, target, feed_id, part, cadence=how_soon, mention=mention)
    called = mention or (mention is None and any(each.mentions for each in before))
    silent = ["Digests mention nobody."] if called and parts.keys() - {Cadence.NOW} else []
    below = await below_words(call, wanted.include | wanted.exclude, feed)
    return await _changed(call, target, feed, *_name_words(call, wanted), *below, *silent)


def by_cadence(
    before: Sequence[Subscription], wanted: Wanted, cadence: Cadence | None
) -> dict[Cadence, Wanted]:
    """Split what is wanted of one feed by how soon it shall come; the part with new names is the first.

    `before`: what is followed of that feed. `cadence`: None keeps that of names which are followed already.
    What is left out of a name stays left out when the name moves to another cadence.
    """
    now = {key: each for each in before for key in each.filter.include}
    parts: dict[Cadence, Wanted] = {}
    for key, name in sorted(wanted.include.items(), key=lambda item: item[0] in now):
        how_soon = cadence or (now[key].cadence if key in now else Cadence.NOW)
        part = parts.setdefault(how_soon, Wanted(exclude=dict(wanted.exclude)))
        part.include[key] = name
        if key in now and now[key].cadence is not how_soon:
            kept = now[key].filter
            part.exclude.update({out: kept.labels[out] for out in kept.exclude - wanted.include.keys()})
    return parts


async def take_off(call: Call, target: Target, typed: str, feed: Feed | None) -> Reply:
    """Unfollow the typed names ("-Name" ends its exclusion, "all" is everything); answer with the rest."""
    before = await call.store.subscriptions(target.address, channel=target.is_channel)
    followed = {key: name for each in before for key, name in each.filter.labels.items()}
    known = await vocabulary(call.store, typed, first=followed_terms(followed))
    wanted = resolve(typed, known, call.command.path)
    concerned = [each for each in before if feed is None or each.feed_id == feed.id]
    included = frozenset[str]().union(*(each.filter.include for each in concerned))
    excluded = frozenset[str]().union(*(each.filter.exclude for each in concerned))
    words = [*_renamed_words(wanted), *_not_there(target, wanted, included, excluded)]
    keys = [*(wanted.include.keys() & included), *(wanted.exclude.keys() & excluded)]
    everything = EVERYTHING in wanted.include
    if not concerned or not (keys or everything):
        return Reply("\n".join([*words, await state_of(call, target, before)]))
    await call.store.unfollow(
        target.address,
        keys=None if everything else keys,
        channel=target.is_channel,
        by=call.caller.address,
        now=call.now,
        feed_id=feed.id if feed else None,
    )
    after = await call.store.subscriptions(target.address, channel=target.is_channel)
    return Reply("\n".join([*words, await state_of(call, target, after, changed=True)]))


async def _follow(
    call: Call,
    target: Target,
    feed_id: int | None,
    wanted: Wanted,
    *,
    cadence: Cadence,
    mention: str | None = None,
) -> None:
    """Add to what the target follows, within the limit of the config.

    The store counts each name once, whatever the number of feeds. So where names are left out of several
    subscriptions one after the other, only the first time can be refused, and nothing was changed then.
    """
    limits = call.limits
    limit = limits.subscriptions_per_channel if target.is_channel else limits.subscriptions_per_person
    try:
        await call.store.follow(
            target.address,
            feed_id=feed_id,
            include=wanted.include,
            exclude=wanted.exclude,
            cadence=cadence,
            channel=target.is_channel,
            mention=mention,
            by=call.caller.address,
            now=call.now,
            limit=limit,
        )
    except LimitError as error:
        raise UsageError(_too_many(target, error)) from error


def _too_many(target: Target, error: LimitError) -> str:
    held = f"{target.subject} follow{target.ending} {counted(error.held, 'name')}"
    mend = f"ake some off first: /{target.removal} NAMES"
    if error.held >= error.limit:
        above = "which is" if error.held == error.limit else f"and {error.limit:,} is"
        return f"{held}, {above} the limit here; t{mend}"
    return f"{held}, and these would make {error.wanted:,}; the limit here is {error.limit:,}. T{mend}"


async def _leave_out(
    call: Call, target: Target, wanted: Wanted, feed: Feed | None, before: Sequence[Subscription]
) -> Reply:
    """Add exclusions to all subscriptions of the target, or to those to one feed."""
    names = _left_out_words(wanted)
    concerned = [each for each in before if feed is None or each.feed_id == feed.id]
    if not concerned:
        of = f" of {show(feed.settings.name)}" if feed else ""
        raise UsageError(
            f"{target.subject} follow{target.ending} nothing{of}, so there is nothing to leave {names} "
            f"out of. Say what to get as well: /{call.command.path} all, {_signed(wanted)}"
        )
    emptied = [each for each in concerned if each.filter.include <= wanted.exclude.keys()]
    if len(emptied) == len(concerned):
        raise UsageError(f"Without {names} nothing would be left. To stop: /{target.removal} all.")
    if emptied:
        raise UsageError(_followed_apart(target, wanted, emptied))
    if all(wanted.exclude.keys() <= each.filter.exclude for each in concerned):
        already = ended(f"{target.subject} already leave{target.ending} out {names}")
        return Reply(f"{already}\n{await state_of(call, target, before)}")
    for each in concerned:
        await _follow(call, target, each.feed_id, wanted, cadence=each.cadence)
    unused = [option for option in ("when", "mention") if call.text(option)]
    words = [f"Not used here, as nothing to get is named: {listed(unused)}."] if unused else []
    return await _changed(call, target, feed, *_renamed_words(wanted), *words)


def _followed_apart(target: Target, wanted: Wanted, emptied: Sequence[Subscription]) -> str:
    """Return why names cannot be left out that are all that some subscriptions let through."""
    own = {
        key: name
        for key, name in wanted.exclude.items()
        if any(key in each.filter.include for each in emptied)
    }
    are = "is" if len(own) == 1 else "are"
    typed = ", ".join(spelled_key(key, name) for key, name in own.items())
    words = _left_out_words(Wanted(exclude=own))
    return f"{words} {are} followed apart from the rest. To stop that: /{target.removal} {typed}"


def _renamed_words(wanted: Wanted) -> list[str]:
    """Return a line for each name that was typed as it was called before."""
    return [
        ended(f"{spelled(Kind.CATEGORY, each.old)} is called {spelled(Kind.CATEGORY, each.new)} now")
        for each in wanted.renamed
    ]


def _name_words(call: Call, wanted: Wanted) -> list[str]:
    """Return lines about former names, and about names without posts, which may be known as tags."""
    names = wanted.include | wanted.exclude
    return _renamed_words(wanted) + [
        _unfiled_line(call, key, names[key], as_tag=tag) for key, tag in wanted.unfiled.items()
    ]


def _unfiled_line(call: Call, key: str, name: str, *, as_tag: bool) -> str:
    filed = "tagged" if key.startswith("t:") else "filed under"
    line = f"No post is {filed} {term_word(key, name)} so far"
    if not as_tag:
        return f"{line}."
    return f"{line}; it is known as a tag. For posts tagged with it: /{call.command.path} {_tag(name)}"


def _tag(name: str) -> str:
    return spelled(Kind.TAG, name)


async def _changed(call: Call, target: Target, feed: Feed | None, *words: str) -> Reply:
    after = await call.store.subscriptions(target.address, channel=target.is_channel)
    tried = await back_test(call.store, target, after, feed)
    return Reply("\n".join([await state_of(call, target, after, changed=True), *words, tried]))


def _covers(
    subscription: Subscription,
    wanted: Wanted,
    feed_id: int | None,
    cadence: Cadence | None,
    mention: str | None,
) -> bool:
    """Whether this subscription already covers the wanted terms, so that following them changes nothing."""
    has = subscription.filter
    same_feed = subscription.feed_id == feed_id or (subscription.feed_id is None and not has.exclude)
    return (
        same_feed
        and cadence in (None, subscription.cadence)
        and (wanted.include.keys() <= has.include or (EVERYTHING in has.include and not mention))
        and (mention is None or all(subscription.mentions.get(key, "") == mention for key in wanted.include))
        and wanted.exclude.keys() <= has.exclude
        and not (wanted.include.keys() & has.exclude)
    )


def _already(call: Call, target: Target, wanted: Wanted, covering: Subscription) -> str:
    if EVERYTHING in covering.filter.include and EVERYTHING not in wanted.include:
        names = [spelled_key(key, name) for key, name in wanted.include.items()]
        return (
            f"{target.subject} already get{target.ending} every post, {listed(names)} too. "
            f"To narrow it: /{target.removal} all, then /{call.command.path} {', '.join(names)}"
        )
    asked = Filter(
        frozenset(wanted.include), frozenset(wanted.exclude), labels=wanted.include | wanted.exclude
    )
    return ended(f"{target.subject} already follow{target.ending} {filter_words(asked)}")


def _not_there(
    target: Target, wanted: Wanted, included: frozenset[str], excluded: frozenset[str]
) -> list[str]:
    """Return lines about names to remove that are not followed or not excluded."""
    lines = []
    strange = {key: name for key, name in wanted.include.items() if key not in (*included, EVERYTHING)}
    if strange:
        not_at_all = "does not" if target.is_channel else "do not"
        names = listed([term_word(key, name) for key, name in strange.items()], last="or")
        lines.append(ended(f"{target.subject} {not_at_all} follow {names}"))
    if EVERYTHING in included and EVERYTHING not in wanted.include and wanted.include:
        signed = _signed(Wanted(exclude=wanted.include))
        lines.append(f"Every post is followed; to leave some out: /{target.addition} {signed}")
    let_in = Wanted(exclude={key: name for key, name in wanted.exclude.items() if key not in excluded})
    if let_in.exclude:
        lines.append(f"{_left_out_words(let_in)} {'is' if len(let_in.exclude) == 1 else 'are'} not left out.")
    return lines


def _left_out_words(wanted: Wanted) -> str:
    return listed([term_word(key, name) for key, name in wanted.exclude.items()])


def _signed(wanted: Wanted) -> str:
    return ", ".join(f"-{spelled_key(key, name)}" for key, name in wanted.exclude.items())
