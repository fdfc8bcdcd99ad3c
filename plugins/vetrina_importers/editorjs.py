"""Descriptions kept as EditorJS blocks, as the same safe HTML as everything else."""

from collections.abc import Iterator
from typing import cast

from vetrina_importers.markup import clean_html

DEPTH_LIMIT = 8


def blocks_html(description: object) -> str:
    """The blocks in their order; one of an unknown type gives its text, if it has any."""
    blocks = _list(_map(description).get("blocks"))
    return "".join(_block(_text(block, "type"), _map(block.get("data"))) for block in map(_map, blocks))


def _block(kind: str, content: dict[str, object]) -> str:
    # Texts carry inline markup; the cleaning also closes a tag before the block's own.
    text = clean_html(_text(content, "text"))
    if kind in ("header", "heading"):
        level = content.get("level")
        level = level if isinstance(level, int) and 1 <= level <= 6 else 2
        return f"<h{level}>{text}</h{level}>"
    if kind == "list":
        return "".join(_items(content, content.get("style") == "ordered", DEPTH_LIMIT))
    if kind == "quote":
        caption = clean_html(_text(content, "caption"))
        return f"<blockquote><p>{text}</p>{f'<p>{caption}</p>' if caption else ''}</blockquote>"
    if kind == "code":
        return f"<pre><code>{clean_html(_text(content, 'code').replace('<', '&lt;'))}</code></pre>"
    if kind == "delimiter":
        return "<hr>"
    return f"<p>{text}</p>" if text else ""


def _items(content: dict[str, object], is_ordered: bool, depth: int) -> Iterator[str]:
    """Older editors write texts, newer ones an object with content and items of its own."""
    items = _list(content.get("items"))
    if not items or depth == 0:
        return
    tag = "ol" if is_ordered else "ul"
    yield f"<{tag}>"
    for item in items:
        written = item if isinstance(item, str) else _text(_map(item), "content")
        yield f"<li>{clean_html(written)}"
        yield from _items(_map(item), is_ordered, depth - 1)
        yield "</li>"
    yield f"</{tag}>"


def _map(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _text(content: dict[str, object], key: str) -> str:
    value = content.get(key)
    return value if isinstance(value, str) else ""
