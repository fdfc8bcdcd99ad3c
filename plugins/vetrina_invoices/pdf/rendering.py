"""Frozen content to PDF: the same content gives the same bytes; what was touched since gives none."""

import asyncio
import base64
import json
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from vetrina.kernel.db import Reads
from vetrina.kernel.errors import Fault
from vetrina_invoices.pdf.showing import shown
from vetrina_invoices.rules.content import Content, digest_of
from vetrina_invoices.views import WholeRow, logo_of


class Tampered(Fault):
    """A document's content is not what was issued."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the content of {name} has another digest than when it was issued; it is not shown")


async def pdf_of(db: Reads, document: WholeRow) -> bytes:
    """A stored document as PDF, in a thread. Raises Tampered."""
    if digest_of(document.content) != document.digest:
        raise Tampered(document.name)
    content = document.read()
    logo = await logo_of(db, content.logo) if content.logo else None
    return await asyncio.to_thread(set_page, content, logo)


def set_page(content: Content, logo: tuple[str, str] | None = None, form: Literal["pdf", "png"] = "pdf") -> bytes:
    """The document's bytes; a PNG is of its first page. `logo` is base64 and how its file's name ends."""
    import typst  # 10 MB: only where a document is set

    view = shown(content)
    view["logo"] = f"logo.{logo[1]}" if logo else ""
    with TemporaryDirectory(prefix="vetrina-invoice-") as folder:
        place = Path(folder)
        (place / "view.json").write_text(json.dumps(view, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        if logo:
            (place / view["logo"]).write_bytes(base64.b64decode(logo[0]))
        page = place / "document.typ"
        page.write_bytes(files("vetrina_invoices.pdf").joinpath("document.typ").read_bytes())
        made = typst.compile(str(page), root=str(place), format=form, ignore_system_fonts=True, font_paths=[], ppi=110)
    pages: Any = made if isinstance(made, list) else [made]
    if not pages or pages[0] is None:
        raise Fault(f"nothing was set of {content.name}")
    return bytes(pages[0])


def file_name(name: str) -> str:
    """A file's name from a printed number: 12/2026 is 12-2026.pdf."""
    return f"{plain_name(name)}.pdf"


def plain_name(name: str) -> str:
    """Letters, digits and dashes."""
    return "".join(character if character.isascii() and character.isalnum() else "-" for character in name)
