"""Each weight of the scorer by an example: of two sentences that are alike otherwise, one is taken."""

from __future__ import annotations

from bot.pipeline.summarize.summarize import summarize

TITLE = "Council Bans Cars From Old Town"
LEAD = "The city council voted on Monday to ban cars from the old town of Bergen from next May."
FACT = "About 4,000 residents and 300 shops inside the ring road are affected by the ban on cars."
FILLER = "The old town was laid out in the twelfth century around a harbour and a market."


def second_choice(*others: str, title: str = TITLE) -> str:
    """The sentence that is chosen to follow LEAD where there is room for one; none comes right after it."""
    html = f"<p>{LEAD}</p><p>No sentence at all</p>" + "".join(
        f"<p>{other}</p>" if other[0] != "<" else other for other in others
    )
    room = len(LEAD) + len("One more train will run to Voss on workdays and some weekends in winter.") + 30
    return summarize(html, title, limit=room).removeprefix(LEAD).strip(" …")


def test_words_of_the_title_are_preferred() -> None:
    ferry = "One more ferry will sail to Stavanger on workdays and on Sundays in summer."
    train = "One more train will run to Trondheim on workdays and on Sundays in winter."

    assert second_choice(ferry, train, title="Council Bans Cars For A Train To Trondheim") == train
    assert second_choice(train, ferry, title="Council Bans Cars For A Ferry To Stavanger") == ferry


def test_words_that_come_back_in_paragraph_after_paragraph_are_preferred() -> None:
    stray = "One more ferry sails to Stavanger on workdays and some weekends in summer."
    theme = "Residents welcome cleaner streets while traders demand compensation soon."
    echoes = [
        f"<p>{word} residents, cleaner streets, traders, compensation</p>" for word in ("Of", "On", "To")
    ]

    assert second_choice(stray, theme, *echoes) == theme
    assert second_choice(stray, theme) == stray


def test_names_and_numbers_are_preferred() -> None:
    vague = "some people in some places will find their way to work a little longer than before."
    exact = "Some 1,200 people in Sandviken and Laksevaag face 25 more minutes on Line 3 to work."

    assert second_choice(vague.capitalize(), exact) == exact


def test_the_opening_of_a_paragraph_is_preferred() -> None:
    inner = "One more ferry will sail to Askoy on workdays and some weekends in summer."
    opening = "One more train will run to Voss on workdays and some weekends in winter."

    assert second_choice(f"<p>Nobody minds. {inner}</p>", opening) == opening


def test_an_item_of_a_list_is_the_lesser_choice() -> None:
    item = "One more ferry will sail to Askoy on workdays and some weekends in summer."
    prose = "One more train will run to Voss on workdays and some weekends in winter."

    assert second_choice(f"<ul><li>{item}</li></ul>", prose) == prose


def test_a_sentence_that_opens_with_a_quotation_is_the_lesser_choice() -> None:
    quoting = "“One more ferry will sail to Askoy on workdays in summer,” said Anna Moe."
    telling = "One more train will run to Voss on workdays and some weekends in winter."

    assert second_choice(quoting, telling) == telling


def test_a_subject_that_nobody_has_mentioned_is_the_lesser_choice() -> None:
    unknown = "The deal with one bank will cost Askoy one ferry on workdays in summer."
    known = "A deal with one bank will cost Voss one train on workdays in winter."

    assert second_choice(unknown, known) == known
    # Right after a sentence in the same paragraph it is understood:
    assert summarize(f"<p>{LEAD} {unknown}</p>", TITLE) == f"{LEAD} {unknown}"


def test_a_winding_sentence_is_the_lesser_choice() -> None:
    winding = f"Ferries will sail more often{', and so will some of the older boats' * 12} in summer."
    plain = "One more train will run to Voss on workdays and some weekends in winter."

    gap = "<p>No sentence at all</p>"
    html = f"<p>{LEAD}</p>{gap}<p>{winding}</p>{gap}<p>{plain}</p>"

    assert summarize(html, TITLE) == f"{LEAD} … {plain}"


def test_a_third_sentence_must_be_worth_reading() -> None:
    far = "<p>No sentence at all</p>" * 12

    assert summarize(f"<p>{LEAD}</p><p>{FACT}</p>{far}<p>{FILLER}</p>", TITLE) == f"{LEAD} {FACT}"


def test_sentences_in_a_row_are_preferred_and_a_jump_is_marked() -> None:
    ferry = "One more ferry will sail to Askoy on workdays and some weekends in summer."
    train = "One more train will run to Voss on workdays and some weekends in winter."
    room = len(f"{LEAD} … {train}") + 5

    assert summarize(f"<p>{LEAD}</p><p>{ferry}</p><p>{train}</p>", TITLE, limit=room) == f"{LEAD} {ferry}"
    assert summarize(f"<p>{LEAD}</p><p>Nothing</p><p>{train}</p>", TITLE) == f"{LEAD} … {train}"


def test_both_parts_of_a_title_are_told_where_the_text_tells_them() -> None:
    title = "Council Bans Cars From Old Town As Trams Return To Market Street"
    more = "Police will fine drivers 900 kroner each time they are seen in the old town without a permit."
    trams = "Trams return to Market Street in June after an absence of sixty years."
    between = "".join(
        f"<p>House number {number} on the northern quay burnt down once.</p>" for number in range(5)
    )

    told = summarize(f"<p>{LEAD} {more} {FACT}</p>{between}<p>{trams}</p>", title)

    assert told.startswith(LEAD)
    assert told.endswith(trams)


def test_a_surname_whose_full_name_is_left_out_is_the_lesser_choice() -> None:
    unknown = "One more ferry of Moe will sail to Askoy on workdays and some weekends in summer."
    known = "One more train of ours will run to Voss on workdays and some weekends in winter."
    named = "<p>Anna Moe owns a boat</p>"

    assert second_choice(named, unknown, known) == known
    assert second_choice(unknown, known) == unknown


def test_a_short_sentence_between_two_that_are_told_is_told_too() -> None:
    assert summarize(f"<p>{LEAD} Buses may stay. {FACT}</p>", TITLE) == f"{LEAD} Buses may stay. {FACT}"
    assert summarize(f"<p>{LEAD} My own bicycle is ready. {FACT}</p>", TITLE) == f"{LEAD} … {FACT}"


def test_a_part_of_a_title_is_told_by_the_country_whose_capital_it_names() -> None:
    title = "Council Bans Cars From Old Town As Tokyo Courts Taipei"
    allies = "Japan and Taiwan have agreed to build a research centre for trams in Kumamoto."
    between = "".join(
        f"<p>House number {number} on the northern quay burnt down once.</p>" for number in range(5)
    )

    assert allies in summarize(f"<p>{LEAD} {FACT}</p>{between}<p>{allies}</p>", title)


def test_a_thing_that_was_told_in_a_sentence_left_out_is_the_lesser_choice() -> None:
    unknown = "One more ferry will sail past the cistern on workdays and some weekends in summer."
    known = "One more train will run past some stables on workdays and some weekends in winter."
    earlier = "<p>An old cistern was found</p><p>So were some stables</p>"

    assert second_choice(earlier, unknown, known) == known
    assert second_choice(unknown, known) == unknown
