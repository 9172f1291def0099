"""The texts that pairs of posts are made of, for the regression test of `bot.story`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 11, 30, 8, 15, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 30, tzinfo=UTC)
HARBOUR = (
    "The harbour board voted on Monday to close the old ferry pier after divers had found cracks in four "
    "of its nine pillars. Ferries to the islands leave from the fish market until spring, and every boat "
    "takes bicycles again. The board expects the repair to cost two million, of which the state pays one "
    "half."
)
BUDGET = (
    "After a debate of nine hours the city council has passed the budget for the coming year. Schools get "
    "forty more teachers, the library on Mill Street stays open on Sundays, and the tram line to the north "
    "is put off once more. The mayor called it a budget without presents. The opposition said that "
    "the council was selling its future, and announced that it would take the sale of the waterworks to "
    "court. Two members of the mayor's own party voted against him. The treasurer warned that the reserve "
    "will be used up by summer unless the tax on trade brings in more than it did last year. A decision on "
    "the swimming hall, which has been shut since the storm, was postponed until the report of the engineers "
    "is there. Citizens can read all of the figures at the town hall from Wednesday on."
)
RULES = (
    "This is the thread for everything that has no thread of its own. Be kind to each other, keep to the "
    "subject once there is one, and do not sell anything. Comments with more than two links wait until a "
    "moderator has seen them, which can take until the evening. Whoever breaks the rules is asked once to "
    "stop and is then shown the door for a week. The rules have been the same for eleven years now, and you "
    "find them with their history on the page about this blog. Old threads are closed after fourteen days. "
    "Have a good week, and tell us what you read."
)
WEATHER = (
    "The wind turns to the west tonight and brings clouds from the sea. In {town} it rains from the early "
    "morning until noon, at times heavily, and the temperature stays at {low} degrees. After that it clears "
    "up slowly from the north, and by evening stars can be seen almost everywhere. Whoever drives should "
    "expect wet leaves and fog in the valleys, and gusts on bridges and in the open. The coming days stay "
    "mild and changeable, with short showers and long breaks between them, and no frost is in sight until "
    "the end of the week. The sea is rough at first, and boats smaller than eight metres should stay in the "
    "harbour until the warning is lifted. The next forecast comes tomorrow at the same time."
)
PRICES = (
    "Prices of the day at the wholesale market, per hundred kilograms, without tax and in the order of the "
    "halls: wheat {wheat}, rye 171, barley 164, oats 188, maize 176, rape 455, potatoes 139, onions 121, "
    "carrots 97, white cabbage 84, apples 158, pears 166, plums 203, butter 612, cheese 488, eggs 157, "
    "chicken 301, pork 233, beef 455, lamb 702, carp 390, trout 515. All prices are those at which most of "
    "the goods changed hands before ten in the morning. What was sold later, or under contract, is left out. "
    "The market was quiet, buyers were few, and much was taken home again. No price is guaranteed; whoever "
    "needs one for a contract asks the market office for a stamped list, which costs a small fee and takes "
    "a day. The next list comes tomorrow."
)
RELEASE = (
    "This release brings the changes of the last four weeks. Upgrade in the usual way: stop the service, "
    "install the package, run the migration and start the service again. The migration takes some minutes "
    "with large databases, and cannot be undone, so make a copy before. Configurations of the last two "
    "versions are still understood. Thanks to all who reported faults, sent patches and answered questions "
    "in the forum. {news} Packages for all common systems are on the download page, signed with the same "
    "key as before. Please report what goes wrong, with the version, the system and the last lines of the "
    "log. The next release is planned for the end of next month, when the old interface will be removed as "
    "announced last year."
)
STATUS = "Tonight from {hour} the {part} is moved to new machines. For some minutes nobody can log in. Sorry."
NOTE = "Originally printed in the Saturday supplement of this paper, with photographs by the author."
CHINESE = (
    "\u6e2f\u53e3\u7ba1\u7406\u59d4\u5458\u4f1a\u5468\u4e00\u51b3\u5b9a\u5173\u95ed\u65e7\u8f6e\u6e21\u7801\u5934"
    "\uff0c\u56e0\u4e3a\u6f5c\u6c34\u5458\u5728\u4e5d\u6839\u652f\u67f1\u4e2d\u53d1\u73b0\u56db\u6839\u6709\u88c2"
    "\u7f1d\u3002\u6625\u5929\u4e4b\u524d\u8f6e\u6e21\u4ece\u9c7c\u5e02\u51fa\u53d1\u3002"
) * 4


@dataclass(frozen=True, slots=True)
class Printed:
    """A post as a feed prints it. `site`: the feed's own address."""

    title: str
    text: str
    link: str
    site: str = "https://one.example/"
    at: datetime | None = MONDAY
    image: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two posts; `why` says what makes the pair hard.

    `verdict`: the weakest setting of `feeds.cluster` under which they are one story, "off" for two stories.
    """

    why: str
    verdict: str
    first: Printed
    second: Printed


def after(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


ONE, TWO, NEWS = "https://one.example/", "https://two.example/", "https://news.example/"
PIER, COUNCIL = "Harbour board closes the old ferry pier", "Council passes the budget after nine hours"
