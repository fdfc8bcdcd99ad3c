"""Put a mail into words: one template per letter and language, drawn once as text and once as HTML."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from vetrina.shop.mail.rules import one_line

FOLDER = Path(__file__).parent / "letters"
FALLBACK = "en"
LETTERS = frozenset(path.name.partition(".")[0] for path in FOLDER.glob("*.en.j2"))
"""What can be written; each has a template for every language there is."""


class Words(msgspec.Struct, frozen=True):
    """A mail's subject and its body, twice."""

    subject: str
    text: str
    html: str


def render(letter: str, language: str, values: Mapping[str, Any], shop_name: str) -> Words:
    """The words of a letter. Values are escaped in the HTML. Raises jinja2.UndefinedError where one is missing."""
    tongue = language.partition("-")[0].lower()
    if not (FOLDER / f"{letter}.{tongue}.j2").is_file():
        tongue = FALLBACK
    facts = {**values, "shop": shop_name, "language": tongue}
    plain, marked = (_environment(kind).get_template(f"{letter}.{tongue}.j2") for kind in ("text", "html"))
    subject = one_line(_block(plain, "subject", facts))
    return Words(subject, _tidy(plain.render(facts)), marked.render({**facts, "subject": subject}))


def _block(template: Template, name: str, facts: Mapping[str, Any]) -> str:
    context = template.new_context({**facts, "subject": ""})
    return "".join(template.blocks[name](context))


def _tidy(text: str) -> str:
    """Without the blanks that templates leave at ends of lines, and no more than one empty line in a row."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return "\n".join(line for number, line in enumerate(lines) if line or (number and lines[number - 1])) + "\n"


@cache
def _environment(kind: str) -> Environment:
    """`layout` and `marks` are what differs: how a paragraph, a link and a code are written."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=kind == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts: dict[str, Any] = environment.globals
    parts |= {"layout": f"layout.{kind}", "marks": f"marks.{kind}"}
    return environment
