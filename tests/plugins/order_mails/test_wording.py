"""What words may hold: known names, and nothing that runs; and how amounts, colours and addresses are written."""

import pytest

from vetrina.kernel.errors import BadInput, Refusal
from vetrina.plugin.words import LANGUAGES
from vetrina_order_mails.demo import WORDS
from vetrina_order_mails.drawing.drawn import drawn
from vetrina_order_mails.drawing.sheet import Box, Button, Item, Look, Pair, Sheet, colour, web_address
from vetrina_order_mails.drawing.tongue import tongue_of
from vetrina_order_mails.kinds import MAILS, NAMES
from vetrina_order_mails.rules import UnknownPlace, Wording, checked, filled, paragraphs
from vetrina_order_mails.shipped import shipped

PLACED = MAILS["order_placed"]
EVIL = "<img src=x onerror=alert(1)>\"'{{order.name}}"


def wording(**parts: str) -> Wording:
    return Wording(**{"subject": "Hello", "heading": "Hello", "opening": "", **parts})


def test_the_shipped_words_of_every_mail_name_what_it_knows_in_every_language() -> None:
    for kind in MAILS.values():
        assert set(kind.places) <= set(NAMES)
        for language in LANGUAGES:
            assert checked(kind.places, shipped(kind.name, language)) == shipped(kind.name, language)
    for language in LANGUAGES:
        assert checked(PLACED.places, WORDS[language]) == WORDS[language]


@pytest.mark.parametrize("part", ["subject", "heading", "opening", "closing"])
@pytest.mark.parametrize(
    "evil",
    [
        "{{7*7}}", "{{ order }}", "{{order.__class__}}", "{{order.name.upper}}", "{{order.name|e}}",
        "{{parcel.number}}", "{{ config }}", "{{order.name",
        "order.name}}", "{{{{order.name}}order.name}}", "{{''}}", "{{ORDER.NAME}}",
        "{{order\u200b.name}}",
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused_and_named(part: str, evil: str) -> None:
    with pytest.raises((UnknownPlace, BadInput)) as refusal:
        checked(PLACED.places, wording(**{part: f"See {evil} here"}))
    assert refusal.value.field == (part,)
    if isinstance(refusal.value, UnknownPlace):
        assert "{{order.name}}" in str(refusal.value)
        assert refusal.value.code == "UNKNOWN_PLACE"


@pytest.mark.parametrize(
    "text", ["{order.__class__}", "%(x)s %s", "{% for x in y %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{0}", "}", "{"]
)
def test_what_other_engines_would_run_is_text(text: str) -> None:
    kept = checked(PLACED.places, wording(subject=text, opening=text))
    assert (filled(kept.subject, {"order.name": "x"}), filled(kept.opening, {})) == (text, text)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("subject", "Hello\r\nBcc: all@evil.example"), ("subject", "Hello\nX"), ("heading", "a\x0bb"), ("subject", ""),
        ("subject", "x" * 151), ("opening", "x" * 2_001), ("opening", "a\x00b"), ("heading", "\u2028a\u2028b"),
        ("closing", "\ud800"),
    ],
)  # fmt: skip
def test_what_is_no_line_or_no_text_is_refused(part: str, value: str) -> None:
    with pytest.raises(Refusal) as refusal:
        checked(PLACED.places, wording(**{part: value}))
    assert refusal.value.field == (part,)


def test_a_value_is_put_in_once_and_never_looked_at_again() -> None:
    values = {"order.name": "{{shop.name}}", "shop.name": "Bottega"}
    assert filled("{{order.name}} {{ shop.name }} {{parcel.name}}", values) == "{{shop.name}} Bottega "
    assert paragraphs("a\nb\n\n\n  c  \n \n") == ("a\nb", "c")


def test_whatever_stands_in_a_mail_is_text() -> None:
    sheet = Sheet(
        language="en",
        look=Look(shop=EVIL, home="https://shop.test", email="a@shop.test", accent=colour("red;x:url(//e)", "#123456")),
        subject=EVIL,
        heading=EVIL,
        opening=(EVIL,),
        above=(Box(title=EVIL, pairs=(Pair(EVIL, EVIL),), lines=(EVIL,)),),
        button=Button(EVIL, "https://shop.test/?a=1&b=%22"),
        items_title=EVIL,
        items=(Item(title=EVIL, detail=EVIL, count=EVIL, amount=EVIL, picture="https://shop.test/x.jpg", alt=EVIL),),
        more=EVIL,
        sums=(Pair(EVIL, EVIL, "strong"),),
        mention=EVIL,
        below=(Box(title=EVIL, lines=(EVIL,)),),
        closing=(EVIL,),
        foot=(EVIL,),
    )
    words = drawn(sheet)
    assert "<img src=x" not in words.html
    assert words.html.count("&lt;img src=x onerror") > 20, "the control: it stands there, as text"
    assert words.html.count("<img ") == 1, "the goods' own picture, and no pixel that counts"
    assert "url(" not in words.html
    assert "<img src=x onerror=alert(1)>" in words.text


@pytest.mark.parametrize(
    "given", ["javascript:alert(1)", "data:text/html,x", "//evil", "https://a b", "https://a\n/b", ""]
)
def test_only_addresses_of_the_web_stand_behind_links(given: str) -> None:
    assert web_address(given) is None
    assert web_address("https://carrier.example/1") == "https://carrier.example/1"


@pytest.mark.parametrize(
    ("language", "country", "currency", "amount", "told"),
    [
        ("en", "IT", "EUR", 123_456, "€1,234.56"), ("it", "IT", "EUR", 123_456, "1.234,56\xa0€"),
        ("en", "JP", "JPY", 1_500, "JP¥1,500"), ("it", "JP", "JPY", 1_500, "1.500\xa0JPY"),
        ("en", "KW", "KWD", 1_500, "KWD1.500"), ("it", "KW", "KWD", -1_500, "-1,500\xa0KWD"),
        ("en", "US", "USD", -5, "-$0.05"),
    ],
)  # fmt: skip
def test_amounts_are_written_as_people_write_them(
    language: str, country: str, currency: str, amount: int, told: str
) -> None:
    assert tongue_of(language, country, currency).money(amount) == told
