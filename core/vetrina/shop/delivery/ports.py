"""DeliveryProvider: the ways one group of lines can travel, with their prices."""

from typing import ClassVar, Literal, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.registry import Policy


class DeliveredLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that travels. Weight in grams per piece, amount in minor units after discounts."""

    variant_id: int
    quantity: int
    weight: int
    amount: int


class DeliveryRequest(msgspec.Struct, frozen=True, kw_only=True):
    currency: str
    country: str
    province: str | None
    zip: str | None
    language: str
    lines: tuple[DeliveredLine, ...]


class DeliveryOption(msgspec.Struct, frozen=True, kw_only=True):
    """One way, with its price in minor units. handle is stable and unique within its provider."""

    handle: str
    title: str
    amount: int
    description: str | None = None
    code: str | None = None
    method_type: Literal["SHIPPING", "PICK_UP", "PICKUP_POINT", "LOCAL", "RETAIL", "NONE"] = "SHIPPING"


class DeliveryProvider(Protocol):
    """Offers ways to deliver. Failure policy: optional; the others' options are still offered."""

    policy: ClassVar[Policy] = Policy("optional", 5.0)

    async def options(self, ctx: Context, request: DeliveryRequest) -> tuple[DeliveryOption, ...]: ...
