"""Descriptions as safe HTML: a source's markup rebuilt from an allow-list, plain text escaped into paragraphs."""

import html
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

PLAIN_WORDS = """
    b strong i em u s del ins sub sup small mark code pre p br hr div span blockquote h1 h2 h3 h4 h5 h6
    ul ol li dl dt dd table caption thead tbody tfoot tr figure figcaption
"""
ATTRIBUTES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "a": frozenset({"href", "title"}),
        "img": frozenset({"src", "alt", "width", "height"}),
        "td": frozenset({"colspan", "rowspan"}),
        "th": frozenset({"colspan", "rowspan"}),
        **dict.fromkeys(PLAIN_WORDS.split(), frozenset[str]()),
    }
)
VOID_TAGS = frozenset({"br", "hr", "img"})
# What stands between these is not text for people.
SILENT_TAGS = frozenset({"script", "style", "iframe", "object", "template", "noscript", "svg", "math", "textarea"})
DEPTH_LIMIT = 64
ATTRIBUTES_LIMIT = 4_096

# Every attempt ends before the next "<", and possessive repeats never step back: linear, whatever the text.
_TOKEN = re.compile(r"<(?:(!--|[!?])|(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)>)")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_SAFE_ADDRESS = re.compile(r"https?://|mailto:|tel:|[/#?]|[^:]*\Z", re.IGNORECASE)
_LINES = re.compile(r"\n[ \t]*\n\s*")


def rich_text(text: str) -> str:
    """For sources whose description may be either: markup is cleaned, anything else is plain text."""
    known = any(name in ATTRIBUTES or name in SILENT_TAGS for name in map(_name, _TOKEN.finditer(text)))
    return clean_html(text) if known else paragraphs(text)


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line begins a paragraph, a single line end breaks the line."""
    parts = (part.strip() for part in _LINES.split(text.replace("\r\n", "\n").replace("\r", "\n")))
    return "".join(f"<p>{_escaped(part).replace(chr(10), '<br>')}</p>" for part in parts if part)


def clean_html(text: str) -> str:
    """The same text with allowed tags and attributes only, every tag closed, everything else escaped."""
    open_tags: list[str] = []
    return "".join(_pieces(text, open_tags)) + "".join(f"</{tag}>" for tag in reversed(open_tags))


def _pieces(text: str, open_tags: list[str]) -> Iterator[str]:
    at = 0
    silent = ""
    for token in _TOKEN.finditer(text):
        if token.start() < at:
            continue
        if not silent:
            yield _escaped(html.unescape(text[at : token.start()]))
        at = token.end()
        kind, slash, name = token[1], token[2], _name(token)
        if kind:
            end = text.find("-->" if kind == "!--" else ">", at)
            at = len(text) if end < 0 else end + (3 if kind == "!--" else 1)
        elif silent:
            silent = "" if slash and name == silent else silent
        elif name in SILENT_TAGS:
            silent = "" if slash else name
        elif name in ATTRIBUTES:
            yield _closed(name, open_tags) if slash else _opened(name, token[4], open_tags)
    if not silent:
        yield _escaped(html.unescape(text[at:]))


def _name(token: re.Match[str]) -> str:
    return (token[3] or "").lower()


def _opened(name: str, attributes: str, open_tags: list[str]) -> str:
    if name not in VOID_TAGS:
        if len(open_tags) >= DEPTH_LIMIT:
            return ""
        open_tags.append(name)
    return f"<{name}{''.join(_kept(name, attributes))}>"


def _closed(name: str, open_tags: list[str]) -> str:
    if name not in open_tags:
        return ""
    closed: list[str] = []
    while not closed or closed[-1] != name:
        closed.append(open_tags.pop())
    return "".join(f"</{tag}>" for tag in closed)


def _kept(name: str, attributes: str) -> Iterator[str]:
    if not ATTRIBUTES[name] or len(attributes) > ATTRIBUTES_LIMIT:
        return
    seen: set[str] = set()
    for match in _ATTRIBUTE.finditer(attributes):
        attribute = match[1].lower()
        value = html.unescape(match[2] or match[3] or match[4] or "").strip()
        is_address = attribute in ("href", "src")
        if attribute in ATTRIBUTES[name] and attribute not in seen and (not is_address or _is_safe(value)):
            seen.add(attribute)
            yield f' {attribute}="{html.escape(value)}"'


def _is_safe(address: str) -> bool:
    return address.isprintable() and _SAFE_ADDRESS.match(address) is not None


def _escaped(text: str) -> str:
    return html.escape(text.replace("\0", ""), quote=False)
