"""What people say to the bot on every platform, line by line; between the lines posts come."""

from __future__ import annotations

from tests.contracts.adapter_rig import OTHER, WHOM, Ask

NEWS = "Trade talks"  # the title of a post that comes
LINK = "https://blog.example/2022/08/a-post/"  # of "Arms for the island"

Script = tuple[Ask | str, ...]


def alice(line: str, **options: object) -> Ask:
    return Ask(line, options)


def boss(line: str, **options: object) -> Ask:
    return Ask(line, options, who="boss", in_channel=True)


def there(line: str, **options: object) -> Ask:
    return Ask(line, options, in_channel=True)


def typed(line: str, who: str = "alice") -> Ask:
    return Ask(line, who=who, in_channel=who == "boss", typed_only=True)


LONG = alice("/categories tags", show="tags")  # answered in pages
MEMBER: Script = (
    alice("/help"),
    alice("/help follow", command="follow"),
    alice("/categories"),
    LONG,
    alice('/categories feed:"Second Blog"', feed="Second Blog"),
    alice("/following"),
    alice("/follow China-U.S.", categories="China-U.S."),
    alice("/follow china us", categories="china us"),
    alice("/following"),
    alice("/follow Trade, -Taiwan", categories="Trade, -Taiwan"),
    alice('/follow Gardening feed:"Second Blog"', categories="Gardening", feed="Second Blog"),
    alice("/follow #TikTok", categories="#TikTok"),
    alice("/follow Trde", categories="Trde"),
    alice("/follow TSMC", categories="TSMC"),
    alice("/follow Chips new:yes", categories="Chips", new="yes"),
    alice('/follow "All", -"#Breaking" new:yes', categories='"All", -"#Breaking"', new="yes"),
    alice("/follow China-U.S. and Media", categories="China-U.S. and Media"),
    alice("/following"),
    alice('/unfollow "All", Chips, -"#Breaking"', categories='"All", Chips, -"#Breaking"'),
    typed("/stop"),
    alice("/follow Media feed:Nowhere", categories="Media", feed="Nowhere"),
    alice("/following"),
    NEWS,
    alice("/latest"),
    alice("/latest Trade 2", category="Trade", count=2),
    alice("/latest #Huawei", category="#Huawei"),
    alice("/latest 10", count=10),
    alice("/latest Trade 2 page:2", category="Trade", count=2, page=2),
    alice("/latest since:2022-10-28", since="2022-10-28"),
    alice("/latest since:soon", since="soon"),
    alice("/latest Nothing", category="Nothing"),
    alice("/find export controls", words="export controls"),
    alice("/find *[signs]*", words="*[signs]*"),
    alice("/find @here :bomb: 1. <b> discord.gg/x", words="@here :bomb: 1. <b> discord.gg/x"),
    alice("/why"),
    alice(f"/why {LINK}", link=LINK),
    alice("/why Index slips", link="Index slips"),
    alice("/why https://elsewhere.example/", link="https://elsewhere.example/"),
    alice("/health"),
    alice("/settings"),
    alice("/settings timezone:utc digest:9am weekly:fri", timezone="utc", digest="9am", weekly="fri"),
    alice("/settings timezone:EST", timezone="EST"),
    alice("/settings quiet:22-25", quiet="22-25"),
    alice("/follow Trade when:daily", categories="Trade", when="daily"),
    NEWS,
    alice("/following"),
    alice("/why"),
    alice("/settings quiet:10pm-7am", quiet="10pm-7am"),
    alice("/settings quiet:off", quiet="off"),
    alice("/snooze"),
    alice("/snooze until monday", duration="until monday"),
    alice("/snooze tonight", duration="tonight"),
    NEWS,
    NEWS,
    alice("/following"),
    alice("/snooze off", duration="off"),
    alice("/digest"),
    alice("/digest 999", number=999),
    alice("/health"),
    alice("/follow Trade when:now", categories="Trade", when="now"),
    typed("/folow Trade"),
    typed("/follow Trade when:dayly"),
    typed("/latest Trade 11"),
    typed("/categories all of them"),
    typed("/alerts"),
    alice("/unfollow Trade", categories="Trade"),
    alice("/unfollow Media", categories="Media"),
    alice('/unfollow all feed:"Second Blog"', categories="all", feed="Second Blog"),
    alice("/unfollow all", categories="all"),
    alice("/following"),
)
ADMIN: Script = (
    boss("/help"),
    boss("/alerts list"),
    boss("/alerts add Trade", categories="Trade"),
    boss("/alerts add Trde", categories="Trde"),
    boss('/alerts add feed:"Second Blog" Gardening', categories="Gardening", feed="Second Blog"),
    typed("/alerts", "boss"),
    typed("/alerts remove", "boss"),
    typed("/alerts ad Trade", "boss"),
    boss(
        f'/alerts add #TikTok, -Taiwan channel:{OTHER} mention:{WHOM} feed:"China Bystander"',
        categories="#TikTok, -Taiwan",
        channel=OTHER,
        mention=WHOM,
        feed="China Bystander",
    ),
    boss(f"/alerts add Media mention:{WHOM}", categories="Media", mention=WHOM),
    typed("/alerts add Media feed:", "boss"),
    alice("/follow all", categories="all"),
    boss("/alerts list"),
    boss("/alerts test"),
    NEWS,
    boss("/alerts log"),
    boss(f"/alerts log channel:{OTHER}", channel=OTHER),
    boss("/alerts log page:2", page=2),
    boss("/alerts pause"),
    NEWS,
    boss("/alerts list"),
    boss("/alerts log"),
    boss("/alerts resume"),
    boss("/alerts settings"),
    boss(
        f"/alerts settings channel:{OTHER} timezone:shanghai weekly:sunday",
        channel=OTHER,
        timezone="shanghai",
        weekly="sunday",
    ),
    boss("/alerts settings digest:noon quiet:22-7", digest="noon", quiet="22-7"),
    boss("/alerts add Economy when:weekly", categories="Economy", when="weekly"),
    boss("/alerts settings quiet:off", quiet="off"),
    boss("/alerts style compact place:below", style="compact", place="below"),
    boss(f"/alerts style title channel:{OTHER}", style="title", channel=OTHER),
    boss("/alerts remove Economy", categories="Economy"),
    boss("/alerts remove Media", categories="Media"),
    boss("/alerts remove Trade", categories="Trade"),
    boss("/alerts resume"),
    boss("/alerts list"),
    boss("/feeds list"),
    boss("/feeds add https://second.example/feed/", url="https://second.example/feed/"),
    boss("/feeds add {blog}/feed/ name:Third", url="{blog}/feed/", name="Third"),
    boss("/feeds check Third", feed="Third"),
    boss("/feeds remove Second Blog", feed="Second Blog"),
    boss("/feeds remove China Bystander", feed="China Bystander"),
    boss("/feeds list"),
    boss("/following"),
    boss("/health"),
)
NO_ADMIN: Script = (
    there("/alerts add Trade", categories="Trade"),
    there("/alerts remove Trade", categories="Trade"),
    there("/alerts list"),
    there("/alerts test"),
    there("/alerts pause"),
    there("/alerts resume"),
    there("/alerts log"),
    there("/alerts settings"),
    there("/alerts style compact", style="compact"),
    there("/feeds add https://blog.example/", url="https://blog.example/"),
    there("/feeds remove China Bystander", feed="China Bystander"),
    there("/feeds list"),
    there("/feeds check"),
)
IN_CHANNEL: Script = (
    boss("/alerts add Trade", categories="Trade"),
    there("/follow Media", categories="Media"),
    NEWS,
    there("/why"),
    boss("/why Index slips", link="Index slips"),
    there("/following"),
    boss("/health"),
)
SCRIPTS = {"member": MEMBER, "admin": ADMIN, "no-admin": NO_ADMIN}
