# ruff: noqa: RUF001  (typographic quotes and foreign full stops are what is tested)
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.languages import language, stems
from bot.text.leaning import leans
from bot.text.remarks import is_biography, is_first_person, is_question, is_side_issue, names_author
from bot.text.sentences import ends_whole, split


def whole(paragraph: str, code: str = "en") -> list[str]:
    return [text for text, is_whole in split(paragraph, code) if is_whole]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The ban takes effect on Monday, and it is the first of its kind.", "en"),
        ("Die Regierung hat das Gesetz am Montag beschlossen, und es ist das erste.", "de"),
        ("Le gouvernement a adopté la loi lundi, et elle est la première de son genre.", "fr"),
        ("El gobierno aprobó la ley el lunes, y es la primera de su tipo.", "es"),
        ("中国商务部星期一公布新规定。", "zh"),
        ("日本銀行は政策金利を引き上げた。", "ja"),
        ("أعلنت الصين اليوم قيودا جديدة.", "ar"),
        ("Россия вводит новые пошлины.", "ru"),
        ("12345 !?", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_guessed_from_script_and_function_words(text: str, code: str) -> None:
    assert language(text) == code


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert whole("The U.S. fined Mr. Li and Ms. Wu $4.4 million. It is No. 1.") == [
        "The U.S. fined Mr. Li and Ms. Wu $4.4 million.",
        "It is No. 1.",
    ]
    assert whole("Es gilt z. B. ab dem 3. Oktober. So ist es.", "de") == [
        "Es gilt z. B. ab dem 3. Oktober.",
        "So ist es.",
    ]


@pytest.mark.parametrize(
    ("code", "sentences"),
    [
        ("de", ["Dr. Weber von der Fa. Nordlicht zahlt ca. 3 Mio. Euro.", "„Das ist ein Fehler“, sagte er."]),
        ("fr", ["M. Dupont et le Dr. Petit arrivent, p. ex. demain.", "« C'est tout ! » a-t-il dit."]),
        ("es", ["El Sr. López vive en EE. UU. desde 1990.", "¿Qué pasa?", "¡Nada!"]),
        ("pt", ["A Dra. Costa mora na Av. Paulista, n.º 5.", "O Sr. Silva disse «não» a todos."]),
        ("it", ["Il dott. Rossi ha detto «no» al sig. Bianchi.", "Non viene più nessuno."]),
        ("nl", ["Mevr. De Wit betaalt o.a. de huur.", "Dhr. Jansen noemt het „een feest” op straat."]),
        ("pl", ["W 2020 r. padły dwa konie, przypomniał prof. Nowak.", "Stracą ok. 3 tys. zł."]),
        ("ru", ["А. С. Пушкин жил на ул. Ленина, д. 5.", "«Это подарок», — сказал мэр."]),
        ("zh", ["他说：“我们会继续。”", "美国公司受到影响！"]),
        ("ja", ["市長は「驚いた。」と語った。", "本当か？"]),
        ("ko", ['김 총재는 "물가가 3.5% 올랐다."고 말했다.', "끝이다."]),
        ("ar", ["قال د. أحمد إن الخط جديد.", "هل هذا صحيح؟", "«نعم»، قال الوزير."]),
        ("he", ['ד"ר כהן אמר כי "לא" היא תשובה.', "האם זה נכון?"]),
        ("hi", ["डॉ. शर्मा ने कहा कि नाव चलेगी।", "क्या यह सही है?"]),
        ("th", ["เทศบาลเปิดให้บริการรถรางไฟฟ้าสายแรกเมื่อวันจันทร์ ระยะทาง 12 กิโลเมตร", "อย่างไรก็ตาม ชาวบ้านยังไม่พอใจ"]),
    ],
)
def test_sentences_end_where_their_language_ends_them(code: str, sentences: list[str]) -> None:
    gap = "" if code in ("zh", "ja") else " "

    assert whole(gap.join(sentences), code) == sentences
    assert language(gap.join(sentences)) == code


def test_chinese_is_split_without_spaces() -> None:
    assert whole("中国公布新规。美国公司受到影响！", "zh") == ["中国公布新规。", "美国公司受到影响！"]


@pytest.mark.parametrize(
    "text",
    [
        "The minister said:",
        "Hikvision is the only one to respond, saying the ruling will",
        "The music was […]",
        "And then…",
        "which is why it failed.",
        "The plan (see below. ",
        "He said “it is over.",
        "It is over,” he said.",
        "“It is over.”",
        "It is ‘over.",
        "Read it at https://example.org/x today.",
        "It cost &#163;5 a day.",
        "The <b>ban is on.",
        "It is not clear (update: the deadline was extended) where things stand.",
    ],
)
def test_what_is_no_whole_sentence(text: str) -> None:
    assert whole(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The companies’ list of ‘unreliable entities’ is the states’ own.",
        "He said “it is over” and left.",
        "“It is over,” said Ms. Li.",
        "It's the workers' 'last chance' to vote.",
        "The ban (the first) takes effect today.",
        "Das Gesetz sei „zu teuer“, sagte er.",
        "La loi est « trop chère », dit-elle.",
        "总裁说「会继续」。",
        "iPhone sales rose by five per cent.",
    ],
)
def test_quotations_and_brackets_that_close_do_not_spoil_a_sentence(text: str) -> None:
    assert whole(text, language(text)) == [text]


def test_no_part_of_a_quotation_that_runs_over_sentences_stands_alone() -> None:
    assert "We always win." not in whole("They left. “We won. We always win. They lose.")
    assert whole("We won. They lose,” she said. All cheered.") == ["We won.", "All cheered."]
    assert whole("他说。“我们将采取行动。这很重要。”", "zh") == ["他说。"]


@given(st.text(max_size=300), st.sampled_from(["en", "de", "zh", "ar"]))
def test_the_sentences_are_pieces_of_the_paragraph_in_order(paragraph: str, code: str) -> None:
    start = 0
    for text, is_whole in split(paragraph, code):
        start = paragraph.index(text, start) + len(text)

        assert text == text.strip() != ""
        assert not is_whole or ends_whole(text)


@pytest.mark.parametrize(
    "text",
    [
        "That would diminish the economies of scale.",
        "It also denied the report.",
        "They are subject to the ban.",
        "However, the FCC is seeking comment.",
        "The former, however, would redefine it.",
        "It is rare, however, for a state to do so.",
        "Today he authorised a prohibition.",
        "In the latter circumstance, Microsoft would buy it.",
        "None of which suggests much interest.",
        "Taken together, these are signs.",
        "For Beijing, this is an apt moment.",
        "The others sanctioned include the police chief.",
        "Lam, for one, says she has no assets.",
        "Eleven more companies were added.",
        "Both will appeal.",
        "The gist of both was the need for tighter control.",
        "What the pattern hides is the price.",
        "Why this matters is plain.",
        "Trump has also said that he will sign.",
        "Less fanciful, is the idea that it is over.",
        "Each of these has its own rules.",
        "The two will meet on Monday.",
        "Washington’s is long on buyers.",
        "Each list has its own logic.",
        "The idea behind such fees is simple.",
        "Think of it as a beginning.",
    ],
)
def test_a_sentence_that_needs_the_one_before_it_leans(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        "This week the council voted.",
        "Both the law and the ban can be applied abroad.",
        "China says it will bar entry to two senators.",
        "The executive order bans investment.",
        "There was a rush to download the apps.",
        "Das Wirtschaftsministerium rechnet mit Kosten.",
        "The former president was fined.",
        "The law not only binds courts but also ministers.",
        "What I learned is simple.",
        "Each year the council votes on crafts such as weaving.",
        "Washington’s mayor has resigned.",
    ],
)
def test_a_sentence_that_stands_by_itself_does_not_lean(text: str) -> None:
    assert not leans(text)


def test_the_kinds_of_sentences_nobody_wants() -> None:
    assert is_side_issue("Separately, the department has expanded its advisory.")
    assert is_question("Will it mean playing a directed role?”")
    assert names_author("Whether he is serious, this Bystander has no idea.")
    assert is_biography("Jane Lin is a reporter based in Taipei.")
    assert is_first_person("What I learned is simple.")
    assert not is_first_person("The US said “we will act” on Monday.")


def test_words_are_compared_without_endings_and_function_words() -> None:
    assert stems("The bans", "en") == stems("banned", "en") == stems("It is banning", "en")
    assert stems("China’s US trade gave us hope", "en") == stems("China US trade gave hope", "en")
    assert stems("稀土出口", "zh") == {"稀土", "土出", "出口"}
    assert stems("दिल्ली में", "hi") == {"दिल्ली"}  # vowel signs are no borders of words
