"""The search syntax reads what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetrina.kernel.errors import BadInput
from vetrina.views.finding.query_syntax import Either, Every, Not, Query, Term, parse


def text(value: str) -> Term:
    return Term(None, "=", value)


def field(name: str, value: str, comparison: str = "=") -> Term:
    return Term(name, comparison, value)


CASES: list[tuple[str, Query]] = [
    ("", Every(())),
    ("   ", Every(())),
    ("oil", text("oil")),
    ("olive oil", Every((text("olive"), text("oil")))),
    ("olive AND oil", Every((text("olive"), text("oil")))),
    ("olive OR oil", Either((text("olive"), text("oil")))),
    ("a b OR c", Either((Every((text("a"), text("b"))), text("c")))),
    ('"extra virgin"', text("extra virgin")),
    ("'extra virgin'", text("extra virgin")),
    (r'"say \"hi\""', text('say "hi"')),
    ("oli*", Term(None, "=", "oli", is_prefix=True)),
    ("tag:vegan", field("tag", "vegan")),
    ('vendor:"De Cecco"', field("vendor", "De Cecco")),
    ("title:oli*", Term("title", "=", "oli", is_prefix=True)),
    ("created_at:>2020-01-01", field("created_at", "2020-01-01", ">")),
    ("price:<=10.5", field("price", "10.5", "<=")),
    ("variants.price:>=3", field("variants.price", "3", ">=")),
    ("-tag:sale", Not(field("tag", "sale"))),
    ("NOT tag:sale", Not(field("tag", "sale"))),
    ("NOT (a OR b) c", Every((Not(Either((text("a"), text("b")))), text("c")))),
    ("(a OR b) (c OR d)", Every((Either((text("a"), text("b"))), Either((text("c"), text("d")))))),
    ("extra-virgin", text("extra-virgin")),
    ("and or not", Every((text("and"), text("or"), text("not")))),
]
UNTIDY: list[tuple[str, Query]] = [
    ("(a OR b", Either((text("a"), text("b")))),
    ("a) b", Every((text("a"), text("b")))),
    ('"open', text("open")),
    ("a OR", text("a")),
    ("OR a", text("a")),
    ("AND", Every(())),
    ("NOT", Every(())),
    ("()", Every(())),
    ("''", text("")),
]


@pytest.mark.parametrize(("typed", "meant"), CASES)
def test_a_query_means_what_it_says(typed: str, meant: Query) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(("typed", "meant"), UNTIDY)
def test_what_does_not_close_is_closed(typed: str, meant: Query) -> None:
    assert parse(typed) == meant


WORDY = [
    '"' + "a " * 51 + '"',
    "-".join("a" * 51),
    "title:'" + "a'".join("b" * 51) + "'",
    '"' + "½ " * 26 + '"',
    "x " + "! " * 50,
]
"""Few terms, and many words in them: each is looked for by itself."""


@pytest.mark.parametrize(
    "typed", ["a" * 1_001, "a " * 51, "(" * 11 + "a", "- " * 3 + "NOT " * 12 + "a", "a\x00b", "\ud800", *WORDY]
)
def test_a_query_has_limits(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(typed)
    assert refused.value.field == ("query",)


@given(st.text(alphabet="ab:<>=()\"'\\-* ANDORNT.", max_size=60))
def test_any_text_is_a_query_or_a_refusal(typed: str) -> None:
    try:
        parse(typed)
    except BadInput as refused:
        assert refused.field == ("query",)
