from __future__ import annotations

import pytest

from bot.text.html_text import Paragraph, is_update, paragraphs, plain_text, update_paragraph

PROSE = "<p>The council met on Monday.</p>"


def texts(html: str) -> list[str]:
    return [paragraph.text for paragraph in paragraphs(html)]


# --- what is kept, and how --------------------------------------------------------------------------------


def test_blocks_break_and_line_breaks_are_spaces() -> None:
    assert texts("<p>One<br>two</p><div>three</div>four<hr/>five") == ["One two", "three", "four", "five"]


def test_two_line_breaks_end_a_paragraph() -> None:
    assert texts("One.<br /> <br>Two.<br>Three.") == ["One.", "Two. Three."]


def test_inline_markup_leaves_no_trace() -> None:
    assert texts("<p>The <b>bold</b>, the <i>sl<u>anted</u></i> and <q>the quoted</q></p>") == [
        "The bold, the slanted and “the quoted”"
    ]


def test_blockquotes_are_marked_as_quoted() -> None:
    assert paragraphs("<p>He said</p><blockquote><p>I go.</p>And <i>stay</i>.</blockquote>Then.") == [
        Paragraph("He said", quoted=False),
        Paragraph("I go.", quoted=True),
        Paragraph("And stay.", quoted=True),
        Paragraph("Then.", quoted=False),
    ]


def test_items_of_a_list_are_paragraphs_marked_as_listed() -> None:
    assert paragraphs("<ul><li>One.</li><li><p>Two.</p></li></ul>") == [
        Paragraph("One.", quoted=False, listed=True),
        Paragraph("Two.", quoted=False, listed=True),
    ]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("China&#8217;s&nbsp;plan &amp; price", "China’s plan & price"),  # noqa: RUF001  the decoded character
        ("&amp;#8217; &amp;amp; &amp;lt;p&amp;gt;", "&#8217; &amp; &lt;p&gt;"),
        ("1 &lt; 2 &gt; 0, a < b", "1 < 2 > 0, a < b"),
        ("it&apos;s &lsqb;so&rsqb;&hellip;", "it's [so]…"),
        ("caf&eacute; &#x1F600; &#146;", "café \U0001f600 ’"),  # noqa: RUF001  Windows code, as browsers do
        ("AT&T and R&D;", "AT&T and R&D;"),
    ],
)
def test_entities_are_decoded_exactly_once(html: str, text: str) -> None:
    assert plain_text(f"<p>{html}</p>") == text


def test_white_space_of_every_kind_is_collapsed() -> None:
    assert texts("<p> One \u00a0\n\t&nbsp;two&#8195;three\u2028four\u3000</p>") == ["One two three four"]


def test_what_cannot_be_seen_is_removed() -> None:
    assert texts("<p>a\x00b\x07c\u202ed&#8238;e\ufefff&shy;g\u200bh\ud800i\u2066j</p>") == ["abcdefghij"]


def test_joiners_that_shape_letters_stay() -> None:
    assert texts("<p>\u0645\u06cc\u200c\u062e 👩\u200d👧</p>") == ["\u0645\u06cc\u200c\u062e 👩\u200d👧"]


def test_plain_text_joins_all_paragraphs_by_blank_lines() -> None:
    assert plain_text("<p>One.</p><blockquote>Two.</blockquote><p>Three.</p>") == "One.\n\nTwo.\n\nThree."


def test_text_after_the_end_of_the_document_is_read() -> None:
    assert texts("<html><body><p>One.</p></body></html><p>Two.</p>") == ["One.", "Two."]


# --- what is dropped --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<figure><img alt='x'><figcaption>A caption.</figcaption></figure>",
        "<div id='attachment_7' class='wp-caption'><img><p class='wp-caption-text'>A caption.</p></div>",
        "<div id='jp-post-flair' class='sharedaddy'><h3>Share this:</h3><ul><li>X</li></ul></div>",
        "<div id='attachment_8'><p>A caption.</p></div><p class='wp-caption-text'>A caption.</p>",
        "<div id='jp-post-flair'><p>Sharing is good.</p></div><div id='jp-relatedposts'><p>Older.</p></div>",
        "<div class='sharedaddy sd-like'>Like this: Like Loading...</div>",
        "<div class='jp-relatedposts'><p>An older post that is related to this.</p></div>",
        "<div class='wpcnt'><div>Advertising.</div></div>",
        "<div class='reblog-from'>Reblogged from somebody.</div>",
        "<p class='reblogger-note'>See this.</p>",
        "<p class='read-more'>Go on</p><a class='more-link' href='/x'>Continue</a>",
        "<figure class='wp-block-embed'><div>https://video.example/1</div></figure>",
        "<div class='wp-block-embed'>A tweet.</div>",
        "<div class='wp-block-jetpack-subscriptions'><form><p>Type your email</p></form></div>",
        "<div class='wp-block-buttons'><a>Donate</a></div>",
        "<ol class='wp-block-footnotes'><li>A footnote.</li></ol>",
        "<div class='feedflare'>Flare.</div>",
        "<table><tr><td>Cell.</td></tr></table>",
        "<pre>code</pre><script>evil()</script><style>p{}</style><iframe>frame</iframe><object>o</object>",
        "<audio>a</audio><video>v</video><form><p>Search.</p></form><svg><text>t</text></svg>",
        "<h2>A heading.</h2><h3>Another</h3>",
        "<p hidden>Hidden.</p><p style='color:red; display: none'>Hidden too.</p>",
        "<p>Share this: Twitter Facebook</p>",
        "<p>Related</p><p>Related posts:</p><p>Like this:</p>",
        "<p>Filed under: China-U.S., Trade Tagged: Huawei</p><p>Filed under China-U.S.</p>",
        "<p>Entry filed under: News.</p><p>Tagged as TikTok</p>",
        "<p>Leave a comment</p><p>12 Comments</p><p>No comments</p>",
        "<p>Continue reading this post</p><p>Read more</p><p>… Read the rest</p>",
        "<p>Photo: Jane Doe/Agency</p><p>(Photo by Jane Doe)</p>",
        "<p>Image credit: NASA</p><p>© 2022 Agency</p>",
        "<p>The post <a href='x'>Title</a> appeared first on <a href='y'>Blog</a>.</p>",
        "<p>Subscribe to our free newsletter and never miss a post again.</p>",
        "<p>This article was originally published on Other Blog.</p>",
        "<p>[gallery ids='1,2']</p>",
        "<ul><li><a href='/1'>An older story</a></li><li><a href='/2'>Another one</a></li></ul>",
        "<p><a href='/x'>Go to the story</a></p>",
        "<!-- a comment <p>inside</p> -->",
        "<img src='http://stats.wordpress.com/b.gif' width='1' height='1'>",
    ],
)
def test_captions_widgets_and_furniture_are_dropped(html: str) -> None:
    assert texts(PROSE + html + "<p>After it.</p>") == ["The council met on Monday.", "After it."]


@pytest.mark.parametrize(
    "text",
    [
        "Related parties sold shares worth a million euros on Monday.",
        "Loading docks at the port stood empty on Monday.",
        "By Friday the fire was out, the harbour master said.",
        f"Read more slowly than you think you need to{', and more' * 9}.",
    ],
)
def test_prose_that_begins_like_furniture_is_kept(text: str) -> None:
    assert texts(f"<p>{text}</p>") == [text]


def test_links_within_prose_are_kept() -> None:
    assert texts("<p>The <a href='/tag/tiktok/'>TikTok</a> app was banned.</p>") == [
        "The TikTok app was banned."
    ]


def test_marks_of_footnotes_are_dropped_and_other_raised_text_is_kept() -> None:
    html = (
        "<p>In the 19<sup>th</sup> century<sup><a href='#1'>1</a></sup> it<sup class='fn'>2</sup> grew.</p>"
    )

    assert texts(html) == ["In the 19th century it grew."]


def test_struck_out_text_is_dropped() -> None:
    assert texts("<p>It costs <s>ten</s><del>eleven</del> twelve euros.</p>") == ["It costs twelve euros."]


def test_a_caption_repeated_in_an_attribute_is_not_read() -> None:
    assert texts("<p>Text.<img data-image-caption='&lt;p&gt;A caption.&lt;/p&gt;'></p>") == ["Text."]


# --- updates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Update: China has replied.",
        "UPDATE: China has replied.",
        "Updated: China has replied.",
        "Update (July 14): China has replied.",
        "UPDATE 2: China has replied.",
        "Update, July 14, 2020, 3:15 p.m. ET: China has replied.",
        "Updated at 5pm: China has replied.",
        "[Update: China has replied.]",
        "Update – China has replied.",  # noqa: RUF001  the dash authors type
        "Update The ministry has replied.",
    ],
)
def test_an_update_is_found(text: str) -> None:
    assert update_paragraph(f"<p>Lead.</p><p>{text}</p>") == text


def test_the_mark_of_an_update_may_be_bold_or_stand_alone() -> None:
    assert update_paragraph("<p><strong>UPDATE:</strong> It is over.</p>") == "UPDATE: It is over."
    assert update_paragraph("<p><b>Update</b></p><p>It is over.</p>") == "Update: It is over."
    assert update_paragraph("<h3>Update, July 14</h3><p>It is over.</p>") == "Update, July 14: It is over."


def test_the_last_update_counts_and_quoted_ones_do_not() -> None:
    html = "<p>Update: One.</p><p>Update 2: Two.</p><p>Lead.</p><blockquote>Update: Theirs.</blockquote>"

    assert update_paragraph(html) == "Update 2: Two."


@pytest.mark.parametrize(
    "text",
    [
        "Update your phone now.",
        "Updated Chinese rules took effect.",
        "UPDATED RULES ON trade: none.",
        "Updates",
    ],
)
def test_a_sentence_about_updating_is_no_update(text: str) -> None:
    assert not is_update(text)
    assert update_paragraph(f"<p>{text}</p>") == ""
