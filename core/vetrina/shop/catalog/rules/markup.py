"""HTML that people write into descriptions, reduced to an allow-list: what is not named here is not kept."""

import re
from html import escape
from html.parser import HTMLParser

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
SCHEMES = frozenset({"http", "https", "mailto"})
DEEPEST = 50
"""Elements inside one another; deeper ones lose their tags and keep their text."""

_VOID = frozenset({"br"})
# Their content is not text for people; script and style end only at their own end tag, the parser sees to it.
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
        "embed",
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
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_BLANKS = re.compile(r"\s+")


def clean_html(html: str) -> str:
    """The same text with allowed tags only: balanced, without attributes but the address of a link."""
    if "<" not in html and "&" not in html:
        return escape(html, quote=False)
    return _run(_Cleaner(), html)


def text_of(html: str) -> str:
    """What a person reads of it, on one line."""
    if "<" in html or "&" in html:
        html = _run(_Reader(), html)
    return _BLANKS.sub(" ", html).strip()


def is_safe_link(address: str) -> bool:
    """Whether a link may lead there: http, https, mailto, or within the shop."""
    if not address or _CONTROL.search(address):
        return False
    # A browser takes whatever stands before a colon for the scheme unless / ? or # came first.
    head = re.split(r"[/?#]", address, maxsplit=1)[0]
    scheme = _SCHEME.match(address)
    return ":" not in head or (scheme is not None and scheme[1].lower() in SCHEMES)


class _Quiet(HTMLParser):
    """Follows HTML and skips the elements whose content nobody reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.append(tag)
        elif tag in _SILENT:
            if tag != "embed":
                self._silent.append(tag)
        else:
            self.opened(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # HTML knows no self-closing script: what follows `<script/>` is still script.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
        else:
            self.closed(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said(data)

    def opened(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise NotImplementedError

    def closed(self, tag: str) -> None:
        raise NotImplementedError

    def said(self, data: str) -> None:
        raise NotImplementedError

    def finish(self) -> str:
        return "".join(self.parts)


class _Reader(_Quiet):
    """Keeps the words; every tag that breaks a line becomes a blank."""

    def opened(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS or tag in _BREAKS or tag in {"br", "li", "tr", "td", "th"}:
            self.parts.append(" ")

    def closed(self, tag: str) -> None:
        self.opened(tag, [])

    def said(self, data: str) -> None:
        self.parts.append(data)


class _Cleaner(_Quiet):
    """Writes the allowed elements again from nothing: no byte of a tag is copied."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    def opened(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self.parts.append(f"<{tag}>")
        elif tag in ALLOWED and len(self._open) < DEEPEST:
            self._make_room(tag)
            self.parts.append(f"<{tag}{_link(attrs) if tag == 'a' else ''}>")
            self._open.append(tag)
        elif tag in _BREAKS:
            self.parts.append("\n")

    def closed(self, tag: str) -> None:
        if tag in self._open:
            while self._close_last() != tag:
                pass
        elif tag in _BREAKS:
            self.parts.append("\n")

    def said(self, data: str) -> None:
        self.parts.append(escape(data, quote=False))

    def finish(self) -> str:
        while self._open:
            self._close_last()
        return super().finish()

    def _make_room(self, tag: str) -> None:
        """Browsers end a paragraph where a block begins, and a link where another begins; so it is written."""
        if tag in _BLOCKS and "p" in self._open:
            self.closed("p")
        if tag == "a" and "a" in self._open:
            self.closed("a")

    def _close_last(self) -> str:
        tag = self._open.pop()
        self.parts.append(f"</{tag}>")
        return tag


def _run(parser: _Quiet, html: str) -> str:
    parser.feed(html)
    parser.close()
    return parser.finish()


def _link(attrs: list[tuple[str, str | None]]) -> str:
    address = next((value.strip() for name, value in attrs if name == "href" and value), "")
    return f' href="{escape(address)}"' if is_safe_link(address) else ""
