"""Reading the post's page: whose links count, and what hostile pages cannot do."""

from __future__ import annotations

import pytest

from bot.pipeline.classify.evidence import PageFiling
from bot.pipeline.classify.page import read_content_tail, read_page
from tests.pipeline.bodies import FEEDS

LINK = "https://blog.example/2022/11/26/a-post/"
OTHER = "https://blog.example/2022/11/25/another/"
NOT_FOUND = PageFiling()


def link(kind: str, name: str, rel: str | None = None) -> str:
    relation = {"category": "category tag", "tag": "tag"}[kind] if rel is None else rel
    return f'<a href="https://blog.example/{kind}/{name.lower()}/" rel="{relation}">{name}</a>'


def article(*links: str, number: int = 7, classes: str = "", at: str = LINK, text: str = "") -> str:
    return (
        f'<div id="post-{number}" class="post-{number} post hentry {classes}">'
        f'<h2><a rel="bookmark" href="{at}">T</a></h2>'
        f'<div class="entry-content"><p>{text}</p></div><p class="entry-links">{" ".join(links)}</p></div>'
    )


def read(*parts: str, at: str = LINK, number: int = 0, body: str = "", head: str = "") -> PageFiling:
    page = f"<!DOCTYPE html><html><head>{head}</head><body class='{body}'>{' '.join(parts)}</body></html>"
    return read_page(page.encode(), "text/html; charset=UTF-8", at, number)


# --- which links count ----------------------------------------------------------------------------------


def test_token_of_rel_tells_categories_from_tags() -> None:
    filing = read(
        article(link("category", "Trade"), link("tag", "Xi"), link("category", "Asia", rel="TAG Category"))
    )

    assert filing == PageFiling(found=True, categories=("Trade", "Asia"), tags=("Xi",))


def test_filed_under_printed_over_a_tag_makes_no_category() -> None:
    filing = read(article("Filed under " + link("tag", "Xi")))

    assert (filing.categories, filing.tags) == ((), ("Xi",))


def test_links_without_rel_and_links_in_the_text_do_not_count() -> None:
    text = link("tag", "TikTok", rel="nofollow") + link("tag", "Technorati") + link("category", "Quoted")
    filing = read(article(link("category", "Trade"), link("category", "Nav", rel=""), text=text))

    assert filing == PageFiling(found=True, categories=("Trade",))


@pytest.mark.parametrize(
    "around",
    [
        '<div id="jp-relatedposts">{}</div>',
        '<div class="related-posts">{}</div>',
        '<div class="sharedaddy">{}</div>',
        '<ol class="commentlist">{}</ol>',
        '<div class="widget">{}</div>',
        "<nav>{}</nav>",
        "<aside>{}</aside>",
        '<div class="post-99 hentry">{}</div>',
    ],
)
def test_links_of_other_posts_comments_and_widgets_do_not_count(around: str) -> None:
    filing = read(article(around.format(link("category", "Wrong")), link("category", "Trade")), number=7)

    assert filing.categories == ("Trade",)


def test_block_theme_names_the_taxonomy_in_the_container() -> None:
    links = (
        f'<div class="taxonomy-category wp-block-post-terms"><b>{link("tag", "Trade", rel="tag")}</b></div>'
        f'<div class="taxonomy-post_tag">{link("category", "Xi", rel="tag")}</div>'
        f'<div class="taxonomy-series">{link("category", "Series", rel="tag")}</div>'
    )
    filing = read(article(links))

    assert (filing.categories, filing.tags) == (("Trade",), ("Xi",))


@pytest.mark.parametrize(
    ("href", "is_category"),
    [
        ("/category/trade/", True),
        ("https://blog.example/blog/category/asia/trade", True),
        ("/category/tag/", True),
        ("/?cat=5", True),
        ("/tag/category/", False),
        ("/?tag=trade", False),
        ("/category/", False),
        ("/topics/trade/", False),
        ("http://[bad/category/trade/", False),
    ],
)
def test_path_decides_where_every_rel_is_tag(href: str, is_category: bool) -> None:  # noqa: FBT001 -- a parameter of the table
    filing = read(article(f'<a rel="tag" href="{href}">Trade</a>'))

    assert (filing.categories == ("Trade",), filing.tags == ("Trade",)) == (is_category, not is_category)


def test_classes_give_slugs_and_deny_links_of_related_boxes() -> None:
    boxed = f'<div class="some-box">{link("category", "Wrong")}</div>'
    filing = read(article(boxed, link("category", "Trade"), classes="category-trade tag-xi format-standard"))

    assert filing.categories == ("Trade",)
    assert (filing.category_slugs, filing.tag_slugs) == (("trade",), ("xi",))


def test_numeric_class_denies_no_link_since_its_slug_fits_no_class() -> None:
    filing = read(
        article(link("category", "Trade"), link("category", "Asia"), classes="category-trade category-12")
    )

    assert filing.categories == ("Trade", "Asia")


def test_names_are_cleaned_cut_and_counted() -> None:
    links = [link("tag", f"{number}") for number in range(150)]
    filing = read(
        article('<a rel="category"> A&nbsp;&amp;amp; <b>B</b>\n</a>', link("category", "x" * 200), *links)
    )

    assert filing.categories == ("A &amp; B", "x" * 100)
    assert len(filing.tags) == 100


# --- which article is the post's ------------------------------------------------------------------------


def test_archive_page_is_read_for_the_post_of_the_link() -> None:
    page = (article(link("category", "Wrong"), number=6, at=OTHER), article(link("category", "Trade")))

    assert read(*page).categories == ("Trade",)
    assert read(*page, at="http://www.blog.example/2022/11/26/A-post?utm_source=rss").categories == ("Trade",)
    assert read(*page, at="https://go.example/x", number=7).categories == ("Trade",)


def test_archive_page_without_the_post_says_nothing() -> None:
    page = (
        article(link("category", "Wrong"), number=6, at=OTHER),
        article(link("category", "Wrong"), at=OTHER),
    )

    assert read(*page) == NOT_FOUND
    assert read(*page, number=99) == NOT_FOUND
    assert read(*page, at="https://blog.example/") == NOT_FOUND


def test_only_article_of_a_page_is_the_post() -> None:
    assert read(article(link("category", "Trade"), at=OTHER)).categories == ("Trade",)
    assert read(f"<article><footer>{link('category', 'Trade')}</footer></article>").categories == ("Trade",)


def test_page_of_another_post_to_which_the_blog_redirected_says_nothing() -> None:
    other = article(link("category", "Wrong"), number=8, at=OTHER)

    assert read(other, number=7, body="single postid-8") == NOT_FOUND
    assert read(other, number=7) == NOT_FOUND


def test_canonical_link_vouches_for_a_page_whose_id_changed_with_an_import() -> None:
    page = article(link("category", "Trade"), number=8, at="#")
    canonical = f'<link rel="canonical" href="{LINK}">'

    assert read(page, number=7, body="single postid-8", head=canonical).categories == ("Trade",)


def test_single_page_of_a_block_theme_has_no_article_but_other_posts_below() -> None:
    page = (
        f'<main><div class="taxonomy-category">{link("tag", "Trade", rel="tag")}</div>'
        f'<div class="entry-content wp-block-post-content">{link("category", "Text")}</div></main>'
        f'<ul><li class="wp-block-post post-6">{link("category", "Wrong")}</li></ul>'
    )

    assert read(page, body="single postid-7 category-wrong").categories == ("Trade",)
    assert read(page, body="single postid-7", number=7).category_slugs == ()
    assert read("<p>nothing</p>" + link("category", "Wrong")) == NOT_FOUND


def test_comments_are_no_articles() -> None:
    comment = f'<article class="comment-body">{link("tag", "Spam")}</article>'
    page = f"<main>{link('category', 'Trade')}{comment}{comment}</main>"

    assert read(page, head=f'<link rel="canonical" href="{LINK}">').categories == ("Trade",)


def test_sidebar_gives_the_vocabulary_and_meta_the_generator() -> None:
    sidebar = (
        '<ul><li class="cat-item cat-item-5"><a href="/category/china-u-s/">China-U.S.</a> (7)</li>'
        '<li class="cat-item"><a href="/tag/xi/">Xi</a></li><li class="cat-item">none</li>'
        '<li><a href="/category/menu/">Menu</a></li></ul>'
    )
    filing = read(
        sidebar, head='<meta name="generator" content="WordPress.com"><meta name="generator" content="X">'
    )

    assert filing == PageFiling(sidebar=("China-U.S.",), generator="WordPress.com, X")


@pytest.mark.shared
@pytest.mark.skipif(not FEEDS.exists(), reason="the shared samples are absent")
def test_tags_that_bear_a_categorys_name_stay_tags_on_the_sample_page() -> None:
    body = (FEEDS / "china-bystander-tag-page.html").read_bytes()
    filing = read_page(
        body, "", "https://chinabystander.wordpress.com/2021/08/09/bytedance-ipo-reportedly-moves-ahead/"
    )

    assert filing.categories == ("Markets", "Media", "Technology")
    assert filing.tags == ("ByteDance", "Didi Global", "Hong Kong", "IPO", "TikTok")
    assert filing.generator == "WordPress.com"


# --- the last line of an entry --------------------------------------------------------------------------

TAIL = (
    "<p>Prose about a <a href='/category/wrong/'>wrong</a> one.</p><br />Filed under: "
    "<a href='http://blog.example/category/trade/'>Trade</a>, <a href='/category/asia/'>Asia</a> "
    "Tagged: <a href='/tag/xi/'>Xi</a>"
)
BUTTONS = (
    ' <a rel="nofollow" href="http://feeds.wordpress.com/1.0/gocomments/x/1/"><img alt="" src="i.gif" /></a>'
)


@pytest.mark.parametrize("after", ["", BUTTONS, " | <a href='/p/#respond'>Leave a comment</a>" + BUTTONS])
def test_last_line_of_an_old_entry_is_read_by_its_paths(after: str) -> None:
    assert read_content_tail(TAIL + after) == PageFiling(
        found=True, categories=("Trade", "Asia"), tags=("Xi",)
    )


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>Filed under nothing.</p>",
        TAIL + f"<p>{'And then prose goes on. ' * 20}</p>",
        "<p>See <a href='/category/trade/'>Trade</a></p>",
        "Filed under: my desk, next to <a href='/category/trade/'>Trade</a>",
        "Filed under: <a href='/2022/a-post/'>a post</a> and <a href='/category/trade/'>Trade</a>",
    ],
)
def test_no_last_line_is_no_evidence(html: str) -> None:
    assert read_content_tail(html) == NOT_FOUND


def test_filed_under_a_tag_in_the_last_line_is_a_tag() -> None:
    filing = read_content_tail("Entry filed under: <a href='/tag/xi/'>Xi</a>.")

    assert (filing.categories, filing.tags) == ((), ("Xi",))
