"""Forms: read within limits, and accepted only from our own pages."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl

import msgspec

from vetrina.kernel.context import Shop
from vetrina.kernel.crypto import same
from vetrina.kernel.errors import Refusal
from vetrina.vocabulary import LARGEST_QUANTITY

LARGEST_FORM = 100_000
"""Bytes; the longest cart with the longest note stays far below."""
MOST_FIELDS = 600
FORM = "application/x-www-form-urlencoded"


class NotOurForm(Refusal):
    """The form does not come from a page of ours, or cannot be read."""

    code = "NOT_OUR_FORM"
    text = "The form cannot be used: load its page again."


class Sent(Protocol):
    """A request, as web frameworks have it; header names in lower case."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def body(self) -> bytes: ...


class Form(msgspec.Struct, frozen=True):
    """What was typed, by field name; of several fields with a name the last counts."""

    fields: dict[str, str]

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def numbers(self, prefix: str) -> dict[int, str]:
        """Fields such as quantity-12, by their number."""
        return {
            int(name[len(prefix) :]): value
            for name, value in self.fields.items()
            if name.startswith(prefix) and name[len(prefix) :].isdecimal() and len(name) < len(prefix) + 19
        }


def form_token(shop: Shop, owner: str) -> str:
    """What a form carries to show that it comes from a page made for that owner: a cart, a browser."""
    return shop.vault.sign("page-form", owner)


def whole_number(typed: str) -> int | None:
    """A quantity as it was typed; None for what is none, or larger than any the shop takes."""
    digits = typed.strip()
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 8 else None
    return number if number is not None and number <= LARGEST_QUANTITY else None


async def read_form(request: Sent, shop: Shop, owner: str) -> Form:
    """The form as it was sent. Raises NotOurForm when it is none of ours: another site's, or one with another token.

    The pages send no referrer, for their addresses are secrets, and browsers then name no origin either; the token
    and Sec-Fetch-Site stand in for both.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotOurForm
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise NotOurForm
    body = await request.body()
    if len(body) > LARGEST_FORM:
        raise NotOurForm
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise NotOurForm from None
    form = Form(dict(pairs))
    given = form.get("token")
    if not given.isascii() or not same(given, form_token(shop, owner)):
        raise NotOurForm
    return form
