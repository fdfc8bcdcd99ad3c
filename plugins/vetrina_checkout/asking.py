"""What plugins ask buyers for, such as a VAT id: fields on the checkout page, and what is typed into them."""

from typing import Any

from vetrina.flows.buyer_fields import FieldOfBuyer, buyer_fields, keep_buyer_field
from vetrina.flows.quoting import CartQuote
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.registry import PortFailed
from vetrina.plugin.pages.forms import Form
from vetrina.plugin.pages.refusals import PageError
from vetrina.ports import FieldRefused
from vetrina_checkout.visits import Visit


async def keep_fields(here: Visit, quoted: CartQuote, form: Form) -> list[PageError]:
    """Keep what was typed where it differs from what is kept; what is wrong with it, or with what was kept before."""
    errors, shown = list[PageError](), await _fields(here, quoted)
    sent = [field for field in shown if _name(field) in form.fields]
    for field in sent:
        typed = form.get(_name(field)).strip()
        if typed != field.asked.value:
            errors += await _keep(here, quoted, field, typed)
    refused = {error.field for error in errors}
    kept = await _fields(here, quoted) if sent else []
    return errors + [
        PageError(_name(field), field.asked.problem, field.asked.label)
        for field in kept
        if field.asked.problem and _name(field) not in refused
    ]


async def fields_shown(here: Visit, quoted: CartQuote, form: Form | None) -> dict[str, Any]:
    """The fields for the page: name, field and what stands in it; and what changes when any of that does."""
    found = await _fields(here, quoted)
    rows = [
        (
            _name(field),
            field.asked,
            form.get(_name(field)) if form and _name(field) in form.fields else field.asked.value,
        )
        for field in found
    ]
    version = "|".join(f"{name}:{asked.value}:{asked.note}:{asked.problem}" for name, asked, _ in rows)
    return {"buyer_fields": rows, "buyer_fields_version": version or "none"}


async def _keep(here: Visit, quoted: CartQuote, field: FieldOfBuyer, typed: str) -> list[PageError]:
    label = field.asked.label
    if len(typed) > field.asked.limit:
        return [PageError(_name(field), here.voice("fields.long", most=field.asked.limit), label)]
    try:
        await keep_buyer_field(here.ctx, quoted.cart.key, field.handle, typed)
    except FieldRefused as refusal:
        return [PageError(_name(field), str(refusal), label)]
    except (PortFailed, Unavailable):
        return [PageError(_name(field), here.voice("fields.broken"), label)]
    return []


async def _fields(here: Visit, quoted: CartQuote) -> list[FieldOfBuyer]:
    country = (quoted.address.country if quoted.address else None) or quoted.cart.country
    return await buyer_fields(here.ctx, quoted.cart.key, country)


def _name(field: FieldOfBuyer) -> str:
    """The id of a field on the page, and its name in the form."""
    return f"buyer-{field.handle}"
