"""Who buys, and from where: e-mail, phone, country; another country means its market's prices."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from vetrina.flows.cart.changes import CartOutcome, CartProblem, CartRefused, Edit, change_cart, refusable
from vetrina.kernel.context import Context
from vetrina.shop.cart.rules import is_email
from vetrina.shop.delivery.rules import is_phone
from vetrina.views.customers import customer_by_token
from vetrina.views.markets import atlas

Path = tuple[str, ...]

PREFERENCES_LIMIT = 5_000
"""Bytes of the preferences as JSON."""
_DEGREES = {"latitude": 90, "longitude": 180}
"""How far from nothing, either way."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who buys, as far as he says. What is not given stays as it is; None forgets it."""

    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    country: str | UnsetType | None = UNSET
    preferences: dict[str, Any] | UnsetType | None = UNSET
    customer_token: str | UnsetType | None = UNSET
    company_location: str | UnsetType | None = UNSET


@refusable
async def update_buyer_identity(ctx: Context, key: str, identity: Identity) -> CartOutcome:
    """Change who buys and from where. Another country means its market's currency and prices."""
    columns = await identity_columns(ctx, identity, ("buyer_identity",))

    async def change(edit: Edit) -> None:
        edit.set(**columns)

    return await change_cart(ctx, key, change)


async def identity_columns(ctx: Context, identity: Identity, field: Path) -> dict[str, Any]:
    """The columns an identity sets. Raises CartRefused or BadInput."""
    problems = tuple(_identity_problems(identity, field))
    if problems:
        raise CartRefused(*problems)
    columns = dict[str, Any]()
    if identity.email is not UNSET:
        columns["email"] = _trimmed(identity.email)
    if identity.customer_token is not UNSET:
        columns |= await _customer_columns(ctx, identity, field)
    if identity.phone is not UNSET:
        columns["phone"] = _trimmed(identity.phone)
    if identity.preferences is not UNSET:
        columns["preferences"] = identity.preferences
    if identity.country is not UNSET and identity.country is not None:
        columns |= await _place_columns(ctx, identity.country)
    return columns


async def _customer_columns(ctx: Context, identity: Identity, field: Path) -> dict[str, Any]:
    """Whose the cart is; his address is the cart's unless another is given with it. Without a token it is nobody's."""
    if not identity.customer_token:
        return {"customer_id": None}
    customer = await customer_by_token(ctx.db, str(identity.customer_token), ctx.now())
    if customer is None:
        message = "The customer access token is not valid; sign in again."
        at = (*field, "customer_access_token")
        raise CartRefused(CartProblem(code="INVALID", message=message, field=at, reason="CUSTOMER_TOKEN_INVALID"))
    email = {} if identity.email is not UNSET else {"email": customer.email}
    return {"customer_id": customer.id, **email}


async def _place_columns(ctx: Context, country: str) -> dict[str, str]:
    """The country's own market decides; the language is taken over where the request is made from that country."""
    if country == ctx.place.country:
        return {"country": country, "language": ctx.place.language}
    place = (await atlas(ctx.db)).place(country, ctx.place.language)
    return {"country": place.country, "language": place.language}


def _identity_problems(identity: Identity, field: Path) -> Iterable[CartProblem]:
    email, phone = _trimmed(identity.email), _trimmed(identity.phone)
    if email and not is_email(email):
        yield CartProblem(code="INVALID", message="The e-mail address is not valid.", field=(*field, "email"))
    if phone and not is_phone(phone):
        yield CartProblem(code="INVALID", message="The phone number is not valid.", field=(*field, "phone"))
    if identity.company_location:
        message = "This shop does not sell to company locations."
        yield CartProblem(code="INVALID_COMPANY_LOCATION", message=message, field=(*field, "company_location_id"))
    if identity.preferences and not _is_storable(identity.preferences):
        yield CartProblem(code="INVALID", message="The preferences are not valid.", field=(*field, "preferences"))
    elif identity.preferences:
        yield from _off_the_earth(identity.preferences, (*field, "preferences", "delivery", "coordinates"))


def _off_the_earth(preferences: dict[str, Any], field: Path) -> Iterable[CartProblem]:
    """Whatever of the coordinates is no place: pickup points are looked for around them."""
    delivery: dict[str, Any] = preferences.get("delivery") or {}
    point: dict[str, Any] = delivery.get("coordinates") or {}
    for name, most in _DEGREES.items():
        if name in point and not abs(point[name]) <= most:
            message = f"A {name} is between -{most} and {most} degrees."
            yield CartProblem(code="INVALID", message=message, field=(*field, name))


def _trimmed(value: str | UnsetType | None) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _is_storable(preferences: dict[str, Any]) -> bool:
    """Whether the database can keep them as they are: short enough, of whole characters and of numbers that end."""
    try:
        kept = msgspec.json.encode(preferences)
    except UnicodeEncodeError:
        return False
    return len(kept) <= PREFERENCES_LIMIT and msgspec.json.decode(kept) == preferences
