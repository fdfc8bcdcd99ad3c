"""Descriptions: what is kept, what is dropped, and that nothing executable survives any text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetrina_importers.markup import ATTRIBUTES, clean_html, paragraphs, rich_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain & simple", "plain &amp; simple"),
        ("<p>a<br/>b</p>", "<p>a<br>b</p>"),
        ("<P CLASS=x>a</P>", "<p>a</p>"),
        ("a &lt;b&gt; &nbsp;c", "a &lt;b&gt; \u00a0c"),
        ("<p>never <b>closed", "<p>never <b>closed</b></p>"),
        ("a</b></p>", "a"),
        ("<b><i>x</b></i>", "<b><i>x</i></b>"),
        ("<a href='https://x.it/?a=1&amp;b=2' onclick=x()>x</a>", '<a href="https://x.it/?a=1&amp;b=2">x</a>'),
        ("<a href=javascript:alert(1)>x</a>", "<a>x</a>"),
        ('<a href="java\nscript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="&#106;avascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="data:text/html,x">x</a>', "<a>x</a>"),
        ('<a href="/pages/care">x</a>', '<a href="/pages/care">x</a>'),
        ('<img src="a.jpg" alt="&quot;A&quot;" onerror="x()">', '<img src="a.jpg" alt="&quot;A&quot;">'),
        ("<script>alert('<b>')</script>after", "after"),
        ("<style>p{}</style><iframe src=x></iframe>a", "a"),
        ("<script>never closed <p>x</p>", ""),
        ("a<!-- <script> -->b", "ab"),
        ("a<!-- never closed", "a"),
        ("<!DOCTYPE html><?php x ?>a", "a"),
        ("1 < 2 <", "1 &lt; 2 &lt;"),
        ("<marquee>a</marquee>", "a"),
    ],
)
def test_markup_is_rebuilt(text: str, expected: str) -> None:
    assert clean_html(text) == expected


def test_plain_text_becomes_paragraphs() -> None:
    assert paragraphs("One\r\nline\n\nTwo <b>") == "<p>One<br>line</p><p>Two &lt;b&gt;</p>"
    assert paragraphs("  \n ") == ""


def test_a_text_that_may_be_either() -> None:
    assert rich_text("for <name> & co") == "<p>for &lt;name&gt; &amp; co</p>"
    assert rich_text("<p>a</p>") == "<p>a</p>"


WRITTEN = re.compile(r'</?([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)>')
PARTS = ("<", ">", "</", "<script>", "</script>", "<p", " onclick=", '"', "'", "<a href=", "javascript:", "<!--", "-->")


@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=4)), max_size=20).map("".join))
def test_no_text_yields_a_tag_or_attribute_beyond_the_list(text: str) -> None:
    cleaned = clean_html(text)
    # What remains without the tags we write must have none of its own.
    assert not set("<>") & set(WRITTEN.sub("", cleaned))
    for tag, attributes in WRITTEN.findall(cleaned):
        assert set(re.findall(r' ([a-z]+)="', attributes)) <= ATTRIBUTES[tag]
        assert not re.search(r"=\"\s*javascript:", attributes, re.IGNORECASE)
    assert clean_html(cleaned) == cleaned


@pytest.mark.parametrize("part", ["<a ", '<a "', "<a b='", "<!--", "<b>", "</b>", "<script>", "&", "<a b=c "])
def test_a_long_hostile_text_ends_before_the_time_limit_of_a_test(part: str) -> None:
    # A cost that grew with the square of the length would run into it.
    assert isinstance(clean_html(part * (500_000 // len(part))), str)
