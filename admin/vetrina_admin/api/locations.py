"""What is done to locations: they are opened, described anew and closed."""

from collections.abc import Mapping
from typing import Any

import strawberry

from vetrina.flows.locations import LocationInput, create_location, update_location
from vetrina.graphql import Info, UserError, answer, ctx_of, int_key_of, root
from vetrina.kernel.context import Context
from vetrina.views.stock import locations_by_id
from vetrina.vocabulary import Address
from vetrina_admin.api.levels import Location


@strawberry.input(description="Where a location is.")
class LocationAddressInput:
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    country: str | None = strawberry.field(default=None, description="ISO 3166-1.")
    phone: str | None = None
    province: str | None = strawberry.field(default=None, description="The subdivision's own code.")
    zip: str | None = None


@strawberry.input(description="A location as it is to be. Degrees are decimal, WGS 84; both or neither.")
class LocationSheetInput:
    name: str
    address: LocationAddressInput = strawberry.field(default_factory=LocationAddressInput)
    latitude: float | None = None
    longitude: float | None = None
    is_active: bool = True


@strawberry.type(description="The location that was opened.")
class LocationCreatePayload:
    location: Location | None
    user_errors: list[UserError]


@strawberry.type(description="The location as it is now.")
class LocationUpdatePayload:
    location: Location | None
    user_errors: list[UserError]


@strawberry.type
class LocationMutation:
    @root(permission="shop.write", description="Open a location; stock is taken from it after all others.")
    async def location_create(self, info: Info, input: LocationSheetInput) -> LocationCreatePayload:  # noqa: A002
        async def change(ctx: Context) -> Mapping[str, Any]:
            location_id = await create_location(ctx, _sheet(input))
            return {"location": (await locations_by_id(ctx.db, [location_id]))[location_id]}

        return await answer(LocationCreatePayload, change(ctx_of(info)), within=("input",))

    @root(permission="shop.write", description="Describe a location anew, open or close it.")
    async def location_update(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        input: LocationSheetInput,  # noqa: A002
    ) -> LocationUpdatePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            location_id = int_key_of(id, "Location", field=("id",))
            await update_location(ctx, location_id, _sheet(input))
            return {"location": (await locations_by_id(ctx.db, [location_id]))[location_id]}

        return await answer(LocationUpdatePayload, change(ctx_of(info)), within=("input",))


def _sheet(given: LocationSheetInput) -> LocationInput:
    address = given.address
    return LocationInput(
        name=given.name,
        address=Address(
            address1=address.address1,
            address2=address.address2,
            city=address.city,
            country=address.country,
            phone=address.phone,
            province=address.province,
            zip=address.zip,
        ),
        latitude=_degrees(given.latitude),
        longitude=_degrees(given.longitude),
        is_active=given.is_active,
    )


def _degrees(given: float | None) -> str:
    return "" if given is None else repr(given)
