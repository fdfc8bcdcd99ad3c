"""One account: try it, switch it, change it. Its secrets are never shown."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Done, Facts, Form, Notice, Section
from vetrina_carriers.admin.accounts import connection, environment, places
from vetrina_carriers.admin.forms import account_form, service_values, sheet_of
from vetrina_carriers.admin.shown import key_in
from vetrina_carriers.flows.accounts import change_account, switch_account, try_account
from vetrina_carriers.views import AccountRow, account_by_id


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """What is known of it, what can be done, the form."""
    row = await _found(ctx, asked)
    blocks: list[Block] = []
    if row.trouble:
        said = Say(f"The carrier refused it: {row.trouble}", f"Il corriere l'ha rifiutato: {row.trouble}")
        blocks.append(Notice(said, "bad"))
    blocks.append(
        Facts(
            (
                (Say("Carrier", "Corriere"), row.kind.title),
                (Say("Environment", "Ambiente"), environment(row)),
                (Say("Connection", "Connessione"), connection(row)),
                (Say("Tried", "Provata"), row.tried_at),
            )
        )
    )
    off = Say("Switch off", "Spegni") if row.is_active else Say("Switch on", "Accendi")
    switch = Button("switch", off, {"is": "off" if row.is_active else "on"}, "bad" if row.is_active else "good")
    buttons: tuple[Block, ...] = (Button("try", Say("Try the connection", "Prova la connessione")), switch)
    form = Form("save", await form_of(ctx, asked), Say("Save", "Salva"), _values(row))
    change = Section(Say("Change", "Modifica"), (form,), is_folded=True)
    return [*blocks, Section(Say("Try and switch", "Prova e accendi"), buttons), change]


async def form_of(ctx: Context, asked: Asked) -> type[BaseModel]:
    """The fields of its carrier's accounts."""
    return account_form((await _found(ctx, asked)).kind, await places(ctx))


async def save(ctx: Context, asked: Asked, sent: Any) -> Done:
    """Write it anew."""
    row = await _found(ctx, asked)
    await change_account(ctx, row.id, sheet_of(row.kind, sent))
    return Done(Say("The account is saved.", "Il contratto è salvato."))


async def attempt(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Ask the carrier."""
    trouble = await try_account(ctx, key_in(asked, "The account"))
    if trouble is None:
        return Done(Say("The carrier accepts the account.", "Il corriere accetta il contratto."))
    return Done(Say(f"The carrier does not accept it: {trouble}", f"Il corriere non lo accetta: {trouble}"))


async def switch(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Use it, or no longer."""
    is_on = sent.get("is") == "on"
    await switch_account(ctx, key_in(asked, "The account"), is_on)
    on, off = Say("The account is in use.", "Il contratto è in uso."), Say("It is switched off.", "È spento.")
    return Done(on if is_on else off)


async def _found(ctx: Context, asked: Asked) -> AccountRow:
    row = await account_by_id(ctx.db, key_in(asked, "The account"))
    if row is None:
        raise NotFound(what="The account")
    return row


def _values(row: AccountRow) -> dict[str, Any]:
    usual = row.usual
    return {
        "name": row.name, "number": row.number, "is_live": row.is_live, "currency": row.currency,
        "label_format": row.label_format, "location": str(row.location_id or ""),
        "weight": str(Decimal(usual.weight) / 1_000), "length": (usual.length or 300) // 10,
        "width": (usual.width or 200) // 10, "height": (usual.height or 150) // 10,
        "services": service_values(row.offered, row.currency),
    }  # fmt: skip
