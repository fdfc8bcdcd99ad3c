"""A sheet in HTML and in plain text: tables that old programs lay out, colours for light and dark."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from vetrina.flows.mail import Words
from vetrina_order_mails.drawing.sheet import Sheet


def drawn(sheet: Sheet) -> Words:
    """The mail's words. Whatever stands in the sheet is text: it is escaped in the HTML."""
    html = _environment("html").get_template("sheet.html").render(sheet=sheet)
    text = _environment("txt").get_template("sheet.txt").render(sheet=sheet)
    return Words(sheet.subject, _tidy(text), html)


def _tidy(text: str) -> str:
    """Without blanks at the ends of lines, and no more than one empty line in a row."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return "\n".join(line for number, line in enumerate(lines) if line or (number and lines[number - 1])) + "\n"


@cache
def _environment(kind: str) -> Environment:
    return Environment(
        loader=PackageLoader("vetrina_order_mails", "letters"),
        autoescape=kind == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
