"""Keep what was typed: each part by its own flow, and only where it differs from what the cart has already."""

from collections.abc import Iterable, Sequence

import msgspec

from vetrina.flows.cart.addresses import (
    AddressChange,
    AddressInput,
    add_addresses,
    address_problems,
    update_addresses,
)
from vetrina.flows.cart.carts import update_attributes, update_note
from vetrina.flows.cart.changes import CartOutcome
from vetrina.flows.cart.delivery import DeliveryChoice, select_delivery_options
from vetrina.flows.cart.identity import Identity, update_buyer_identity
from vetrina.flows.cart.payment import update_billing_address
from vetrina.flows.quoting import CartQuote
from vetrina.plugin.pages.forms import Form
from vetrina.plugin.pages.refusals import PageError, told
from vetrina.views.carts import CartRow, address_of, cart_addresses
from vetrina.vocabulary import Address, Attribute
from vetrina_checkout import postal
from vetrina_checkout.asking import keep_fields
from vetrina_checkout.quotes import preset, quoted_again
from vetrina_checkout.visits import Visit

BILLING = "billing_"
"""Begins the names of the billing address's fields."""
CONSENT, TERMS = "_marketing_consent", "_terms_accepted"
"""Attributes of a cart, and then of its order, that say when the buyer ticked these boxes (UTC, ISO 8601)."""
FIELDS = ("first_name", "last_name", "company", "address1", "address2", "zip", "city", "province", "country")


async def keep(visit: Visit, quoted: CartQuote, form: Form, *, is_order: bool) -> list[PageError]:
    """Keep the form; what is wrong with it. What is right is kept even where something else is not.

    Whoever orders has to have filled in everything; before that, only what cannot be kept is wrong.
    """
    errors = [
        *await _contact(visit, quoted, form, is_order=is_order),
        *(await _destination(visit, quoted, form, is_order=is_order) if quoted.groups else ()),
        *await _words(visit, quoted, form, is_order=is_order),
        *await keep_fields(visit, quoted, form),
        *await _billing(visit, quoted, form, is_order=is_order),
    ]
    if quoted.groups:
        errors += await _delivery(visit, quoted, form)
    return in_order(errors, form)


def in_order(errors: Iterable[PageError], form: Form) -> list[PageError]:
    """From the top of the form to its end, each once; what is about no field comes first."""
    places: dict[str | None, float] = {None: -1, **{field: place for place, field in enumerate(form.fields)}}
    places.setdefault("method", places.get("billing", 0) - 0.5)  # a choice that was not made is not sent
    return sorted(dict.fromkeys(errors), key=lambda error: places.get(error.field, len(places)))


def typed_address(form: Form, prefix: str = "") -> Address:
    """The address as typed; a province of another country goes with that country."""
    fields = {name: form.get(prefix + name).strip() or None for name in FIELDS}
    known = dict(postal.layout_of((fields["country"] or "").upper()).provinces)
    if known and (fields["province"] or "").upper() not in known:
        fields["province"] = None
    return Address(**fields, phone=form.get("phone").strip() or None if not prefix else None)


async def _contact(visit: Visit, quoted: CartQuote, form: Form, *, is_order: bool) -> list[PageError]:
    """E-mail, phone and country, each for itself: a wrong one keeps none of the others from being kept."""
    cart, say, errors = quoted.cart, visit.voice, list[PageError]()
    country, email, phone = (form.get(name).strip() for name in ("country", "email", "phone"))
    if country and country != cart.country:
        if country in dict(visit.atlas.countries):
            errors += refused(visit, await _identify(visit, cart.key, Identity(country=country)))
        else:
            errors.append(PageError("country", say("problem.ADDRESS_FIELD_IS_REQUIRED"), say("details.country")))
    if email != (cart.email or ""):
        errors += refused(visit, await _identify(visit, cart.key, Identity(email=email or None)))
    if phone != (cart.phone or "") and visit.house.settings.phone != "hidden":
        errors += refused(visit, await _identify(visit, cart.key, Identity(phone=phone or None)))
    if is_order and not email:
        errors.append(PageError("email", say("problem.BUYER_IDENTITY_EMAIL_REQUIRED"), say("details.email")))
    if is_order and not phone and visit.house.settings.phone == "required":
        errors.append(PageError("phone", say("problem.ADDRESS_FIELD_IS_REQUIRED"), say("details.phone")))
    return errors


async def speak(visit: Visit, cart: CartRow) -> None:
    """Let the cart, and with it its order and its mails, speak the language of the page."""
    await _identify(visit, cart.key, Identity(country=cart.country))


async def _identify(visit: Visit, key: str, identity: Identity) -> CartOutcome:
    return await update_buyer_identity(visit.ctx, key, identity)


async def _destination(visit: Visit, quoted: CartQuote, form: Form, *, is_order: bool) -> list[PageError]:
    address = typed_address(form)
    is_blank = not any(getattr(address, name) for name in FIELDS if name != "country")
    errors = _needed(visit, address) if is_order else []
    if address == quoted.address and not is_order:
        return []
    if is_blank and quoted.address is None:
        return errors
    return errors + await _send_to(visit, quoted, address, is_strict=is_order and not errors)


async def _send_to(visit: Visit, quoted: CartQuote, address: Address, *, is_strict: bool) -> list[PageError]:
    """Change the address the cart is sent to, or add it; addresses that were not selected stay as they are."""
    rows = await cart_addresses(visit.ctx.db, [quoted.cart.id])
    selected = next((row for row in rows if row.is_selected), None)
    if selected is None:
        given = AddressInput(address=address, is_selected=True, is_strict=is_strict)
        return refused(visit, await add_addresses(visit.ctx, quoted.cart.key, [given]))
    if address_of(selected.address) == address and not is_strict:
        return []
    change = AddressChange(id=selected.id, address=address, is_strict=is_strict)
    return refused(visit, await update_addresses(visit.ctx, quoted.cart.key, [change]))


async def _billing(visit: Visit, quoted: CartQuote, form: Form, *, is_order: bool) -> list[PageError]:
    """Another address on the bill, or none: then it goes where the goods go."""
    kept, key = quoted.cart.billing_address, quoted.cart.key
    if form.get("billing") != "other":
        return refused(visit, await update_billing_address(visit.ctx, key, None)) if kept else []
    address = typed_address(form, BILLING)
    if kept is None or address_of(kept) != address:
        errors = refused(visit, await update_billing_address(visit.ctx, key, address), BILLING)
        if errors:
            return errors
    if not is_order:
        return []
    strict = address_problems(address, ("billing_address",), is_strict=True)
    return _needed(visit, address, BILLING) or [_of(told(visit.voice, problem), BILLING) for problem in strict]


async def _words(visit: Visit, quoted: CartQuote, form: Form, *, is_order: bool) -> list[PageError]:
    """The note, and the boxes that were ticked or not."""
    cart, settings, errors = quoted.cart, visit.house.settings, list[PageError]()
    if settings.asks_note and form.get("note") != cart.note:
        errors += refused(visit, await update_note(visit.ctx, cart.key, form.get("note")))
    before = tuple(Attribute(entry["key"], entry["value"]) for entry in cart.attributes)
    after = before
    for name, box, is_asked in ((CONSENT, "consent", settings.asks_consent), (TERMS, "terms", settings.asks_terms)):
        if is_asked:
            after = _ticked(visit, after, name, is_ticked=bool(form.get(box)))
    if after != before:
        errors += refused(visit, await update_attributes(visit.ctx, cart.key, after))
    if is_order and settings.asks_terms and not form.get("terms"):
        errors.append(PageError("terms", visit.voice("legal.terms_needed"), visit.voice("legal.terms")))
    return errors


async def _delivery(visit: Visit, before: CartQuote, form: Form) -> list[PageError]:
    """What was chosen, where it is on offer; else the cheapest. The address may have changed what is."""
    quoted = await quoted_again(visit, before.cart)
    cheapest, choices = preset(quoted), list[DeliveryChoice]()
    for group in quoted.groups:
        wanted, offered = form.get(f"delivery-{group.key}"), {option.handle for option in group.options}
        handle = wanted if wanted in offered else cheapest.get(group.key)
        if handle is not None and (group.selected is None or group.selected.handle != handle):
            choices.append(DeliveryChoice(group.key, handle))
    return refused(visit, await select_delivery_options(visit.ctx, before.cart.key, choices)) if choices else []


def refused(visit: Visit, outcome: CartOutcome, prefix: str = "") -> list[PageError]:
    """What a flow refused, in the reader's words, beside the form's field."""
    return [_of(told(visit.voice, problem), prefix) for problem in outcome.errors]


def _needed(visit: Visit, address: Address, prefix: str = "") -> list[PageError]:
    say = visit.voice
    return [
        PageError(prefix + name, say("problem.ADDRESS_FIELD_IS_REQUIRED"), say(f"details.{name}"))
        for name in postal.missing(address)
    ]


def _of(error: PageError, prefix: str) -> PageError:
    return msgspec.structs.replace(error, field=prefix + error.field) if error.field and prefix else error


def _ticked(visit: Visit, attributes: Sequence[Attribute], name: str, *, is_ticked: bool) -> tuple[Attribute, ...]:
    """The attributes with the moment a box was ticked, which stays the first, or without it."""
    if is_ticked and any(entry.key == name for entry in attributes):
        return tuple(attributes)
    others = tuple(entry for entry in attributes if entry.key != name)
    return (*others, Attribute(name, visit.ctx.now().isoformat())) if is_ticked else others
