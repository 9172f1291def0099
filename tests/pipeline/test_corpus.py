from __future__ import annotations

from pathlib import Path

import pytest

from bench.corpus import FEED, Row, Survey, files_in, main, survey, table
from tests.pipeline.bodies import FEEDS, item, rss

REASONS = {
    "the answer is a web page, not a feed",
    "the answer is neither XML nor JSON",
    "the feed is cut short: its end is missing",
    "the feed lists no entries",
    "the feed lists no entries with an id, a link or a title",
}


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
async def test_every_file_of_the_corpus_is_a_feed_or_a_failed_poll() -> None:
    found = await survey(files_in([FEEDS / "corpus", FEEDS / "wordpress-com-2014.rss"]))

    assert (found.wrong, found.stopped) == ([], [])  # none took 10 s, or 512 MiB
    assert sum(row.files for row in found.rows.values()) == 2702
    assert found.rows.keys() == REASONS | {FEED}
    assert found.rows[FEED].files >= 370
    assert found.rows[FEED].posts >= 1200
    assert found.peak < 128 * 2**20


@pytest.mark.shared
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
async def test_a_real_wordpress_feed_goes_through_the_same_door() -> None:
    found = await survey([FEEDS / "wordpress-com-2014.rss"])

    assert [(outcome, row.posts) for outcome, row in found.rows.items()] == [(FEED, 10)]


def columns(line: str) -> tuple[str, str, str]:
    """Return the files, posts and outcome of a line of the table."""
    files, posts, _, _, outcome = line.split(maxsplit=4)
    return files, posts, outcome


def test_the_command_prints_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "good.xml").write_text(rss(item("<title>One</title>") * 3), "utf-8")
    for name in ("a.xml", "deep/b.html"):
        (tmp_path / name).write_text("<html></html>", "utf-8")

    assert main([str(tmp_path)]) == 0

    _, feeds, pages, total, _ = capsys.readouterr().out.splitlines()
    assert columns(feeds) == ("1", "3", "feed")
    assert columns(pages) == ("2", "0", "the answer is a web page, not a feed")
    assert columns(total) == ("3", "3", "in all")


def test_what_is_neither_stands_below_the_table_and_fails_the_command() -> None:
    rows = {"the feed lists no entries": Row(3, 0, 0.25), FEED: Row(2, 20, 0.5)}

    lines = table(Survey(rows=rows, wrong=["x.xml: KeyError()"], peak=2**20)).splitlines()

    assert [columns(line) for line in lines[1:4]] == [
        ("2", "20", FEED),
        ("3", "0", "the feed lists no entries"),
        ("5", "20", "in all"),
    ]
    assert lines[4:] == ["child's memory at most 1 MiB; stopped 0 times", "x.xml: KeyError()"]
