"""What is declared: menus that front ends ask for are there, what is held about people, rows for the demo."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from vetrina.kernel.db import Session, table_of, text_in
from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, DemoRows, HealthCheck, Person, PersonalData, Say
from vetrina.plugin.declarations import Declaration
from vetrina_content.demo import show_off
from vetrina_content.flows.leading import addresses_of
from vetrina_content.menus import items_of, menu_list
from vetrina_content.models import ContentAuthor, ContentComment

MOST_TOLD = 10


class ItemsLeadNowhere(Refusal):
    """Buyers click on something and find nothing."""

    code = "ITEMS_LEAD_NOWHERE"
    text = "These items of menus lead nowhere, what they showed is gone: {items}. Edit or remove them."
    texts = {
        "it": "Queste voci di menu non portano da nessuna parte, ciò che mostravano non c'è più: {items}. "
        "Modificale o rimuovile.",
    }


def declarations() -> list[Declaration]:
    """A health check, personal data, the demo."""
    leads = Say("Menus lead somewhere", "I menu portano da qualche parte")
    comments = Say(
        "Comments of readers: name, email address, text", "Commenti dei lettori: nome, indirizzo email, testo"
    )
    authors = Say("Authors: name, email address, biography", "Autori: nome, indirizzo email, biografia")
    return [
        HealthCheck("menus", leads, check_menus),
        PersonalData("comments", comments, export_comments, erase_comments),
        PersonalData("authors", authors, export_authors, erase_authors),
        DemoRows(show_off),
    ]


async def check_menus(ctx: Context) -> None:
    """Raises ItemsLeadNowhere for items whose page, product or collection is gone."""
    menus = await menu_list(ctx)
    items = [item for found in (await items_of(ctx, [menu.id for menu in menus])).values() for item in found]
    addresses = await addresses_of(ctx, items)
    lost = [item.title for item in items if not addresses[item.id] and item.type != "METAOBJECT"]
    if lost:
        raise ItemsLeadNowhere(items=", ".join(lost[:MOST_TOLD]))


async def export_comments(ctx: Context, person: Person) -> Mapping[str, Any]:
    """What somebody has said."""
    found = await ctx.db.fetch(_COMMENTS, {"emails": _addresses(person)})
    return {"comments": [{"name": name, "body": body, "at": at.isoformat()} for name, body, at in found]}


async def erase_comments(ctx: Context, session: Session, person: Person) -> int:
    """Remove it; how much it was."""
    return await session.execute(_FORGET_COMMENTS, {"emails": _addresses(person)})


async def export_authors(ctx: Context, person: Person) -> Mapping[str, Any]:
    """Somebody as an author."""
    found = await ctx.db.fetch(_AUTHORS, {"emails": _addresses(person)})
    return {"authors": [{"first_name": first, "last_name": last, "bio": bio} for first, last, bio in found]}


async def erase_authors(ctx: Context, session: Session, person: Person) -> int:
    """Take the name, the address and the biography away; the articles stay the shop's."""
    return await session.execute(_FORGET_AUTHORS, {"emails": _addresses(person)})


def _addresses(person: Person) -> list[str]:
    return [email.lower() for email in person.emails if email]


_C, _A = table_of(ContentComment), table_of(ContentAuthor)
_COMMENTER, _WRITER = text_in(func.lower(_C.c.email), "emails"), text_in(func.lower(_A.c.email), "emails")
_COMMENTS = select(_C.c.name, _C.c.body_html, _C.c.created_at).where(_COMMENTER).order_by(_C.c.id)
_FORGET_COMMENTS = delete(_C).where(_COMMENTER)
_AUTHORS = select(_A.c.first_name, _A.c.last_name, _A.c.bio).where(_WRITER).order_by(_A.c.id)
_FORGET_AUTHORS = (
    update(_A).where(_WRITER).values(first_name=bindparam("nobody", value="-"), last_name="", email="", bio=None)
)
