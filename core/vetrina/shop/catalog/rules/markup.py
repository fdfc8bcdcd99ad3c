"""HTML that people write into descriptions, reduced to an allow-list: what is not named here is not kept.

The output is written anew from allowed tags and escaped text, so that no misreading of the input can let anything
else through. The input is cut up here and not by html.parser, which takes minutes for half a megabyte of `<p`.
"""

import re
from collections.abc import Iterator, Set
from html import escape, unescape

import msgspec

ALLOWED = frozenset(
    {
        "p",
        "br",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "ul",
        "ol",
        "li",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "a",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "caption",
    }
)
RICH = ALLOWED | {"blockquote", "code", "figcaption", "figure", "hr", "img", "pre"}
"""What articles may hold besides: quotations, pictures, code."""
SCHEMES = frozenset({"http", "https", "mailto"})
DEEPEST = 50
"""Elements inside one another; deeper ones lose their tags and keep their text."""

_VOID = frozenset({"br", "hr", "img"})
# What is in them is no text for people.
_SILENT = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "noembed",
        "noframes",
        "iframe",
        "object",
        "applet",
        "svg",
        "math",
        "textarea",
        "select",
        "title",
        "head",
        "xmp",
        "plaintext",
        "audio",
        "video",
        "canvas",
    }
)
_BLOCKS = frozenset({"p", "ul", "ol", "h2", "h3", "h4", "h5", "h6", "table"})
_BREAKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "h1",
        "header",
        "hr",
        "main",
        "nav",
        "pre",
        "section",
    }
)
_LINES = _BLOCKS | _BREAKS | {"br", "li", "tr", "td", "th"}
_MARK = re.compile(r"<!--|<([^<>]*)>")
_NAME = re.compile(r"(/?)([a-z][^\s/]*)(.*)", re.IGNORECASE | re.DOTALL)
_HREF = re.compile(r"""(?:^|[\s/"'])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""", re.IGNORECASE)
_SRC = re.compile(_HREF.pattern.replace("href", "src"), re.IGNORECASE)
_ALT = re.compile(_HREF.pattern.replace("href", "alt"), re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_BLANKS = re.compile(r"\s+")


def clean_html(html: str, allowed: Set[str] = ALLOWED) -> str:
    """The same text with allowed tags only: balanced, without attributes but addresses and what a picture shows."""
    written, open_tags = list[str](), list[str]()
    for token in _tokens(html):
        if token.tag is None:
            written.append(escape(token.text, quote=False))
        elif token.tag not in allowed:
            written.append("\n" if token.tag in _BREAKS else "")
        elif token.tag in _VOID:
            written.append("" if token.is_end else _void(token))
        elif token.is_end:
            written += _closed(open_tags, token.tag)
        elif len(open_tags) < DEEPEST:
            written += _closed(open_tags, _ended_by(token.tag))
            written.append(f"<{token.tag}{_link(token.text) if token.tag == 'a' else ''}>")
            open_tags.append(token.tag)
    written += [f"</{tag}>" for tag in reversed(open_tags)]
    return "".join(written)


def text_of(html: str) -> str:
    """What a person reads of it, on one line."""
    parts = [token.text if token.tag is None else " " if token.tag in _LINES else "" for token in _tokens(html)]
    return _BLANKS.sub(" ", "".join(parts)).strip()


def is_safe_link(address: str) -> bool:
    """Whether a link may lead there: http, https, mailto, or within the shop."""
    if not address or _CONTROL.search(address):
        return False
    # A browser takes whatever stands before a colon for the scheme unless / ? or # came first.
    head = re.split(r"[/?#]", address, maxsplit=1)[0]
    scheme = _SCHEME.match(address)
    return ":" not in head or (scheme is not None and scheme[1].lower() in SCHEMES)


class _Token(msgspec.Struct, frozen=True):
    """A piece of text, or a tag with the text of its attributes."""

    text: str
    tag: str | None = None
    is_end: bool = False


def _tokens(html: str) -> Iterator[_Token]:
    """Text and tags in order, in time that grows with the length; comments and silent elements are left out."""
    at = 0
    while mark := _MARK.search(html, at):
        if mark.start() > at:
            yield _Token(unescape(html[at : mark.start()]))
        at = mark.end()
        if mark[1] is None:
            at = _after(html.find("-->", mark.start() + 2), 3, html)
            continue
        name = _NAME.match(mark[1])
        if name is None:
            # <!doctype> and <?xml?> are for machines; any other bracket is a sign somebody wrote.
            if not mark[1].startswith(("!", "?", "/")):
                yield _Token("<")
                at = mark.start() + 1
            continue
        tag = name[2].lower()
        if tag in _SILENT and not name[1]:
            end = re.compile(rf"</{re.escape(tag)}(?![a-z0-9-])[^<>]*>?", re.IGNORECASE).search(html, at)
            at = end.end() if end else len(html)
        else:
            yield _Token(name[3], tag, name[1] == "/")
    yield _Token(unescape(html[at:]))


def _after(found: int, length: int, html: str) -> int:
    return found + length if found >= 0 else len(html)


def _closed(open_tags: list[str], tag: str | None) -> list[str]:
    """The end tags that close an element and all within it; none when it is not open."""
    ended = list[str]()
    while tag in open_tags:
        last = open_tags.pop()
        ended.append(f"</{last}>")
        if last == tag:
            break
    return ended


def _ended_by(tag: str) -> str | None:
    """Browsers end a paragraph where a block begins, and a link where another begins; so it is written."""
    return "p" if tag in _BLOCKS else "a" if tag == "a" else None


def _void(token: _Token) -> str:
    """An element without content; a picture that is nowhere to be had is none."""
    if token.tag != "img":
        return f"<{token.tag}>"
    address, alt = _value(_SRC, token.text), _value(_ALT, token.text)
    is_web = address.startswith(("https://", "http://", "/")) and not address.startswith("//")
    return f'<img src="{escape(address)}" alt="{escape(alt)}">' if is_web and is_safe_link(address) else ""


def _value(pattern: re.Pattern[str], attributes: str) -> str:
    found = pattern.search(attributes)
    return unescape(next((value for value in found.groups() if value is not None), "") if found else "").strip()


def _link(attributes: str) -> str:
    address = _value(_HREF, attributes)
    return f' href="{escape(address)}"' if is_safe_link(address) else ""
