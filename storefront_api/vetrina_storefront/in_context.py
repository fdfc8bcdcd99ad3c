"""The directive @inContext and its inputs, as the contract declares them."""

import strawberry
from strawberry.directive import DirectiveLocation

from vetrina_storefront.enums import CountryCode, LanguageCode


@strawberry.input(description="Who is buying.")
class BuyerInput:
    company_location_id: strawberry.ID | None = strawberry.UNSET
    customer_access_token: str


@strawberry.input(description="What the visitor has agreed to.")
class VisitorConsent:
    analytics: bool | None = strawberry.UNSET
    marketing: bool | None = strawberry.UNSET
    preferences: bool | None = strawberry.UNSET
    sale_of_data: bool | None = strawberry.UNSET


@strawberry.directive(
    locations=[DirectiveLocation.QUERY, DirectiveLocation.MUTATION],
    name="inContext",
    description="Answers for a country and a language: currency, prices, texts and what is available.",
)
def in_context(
    buyer: BuyerInput | None = strawberry.UNSET,
    country: CountryCode | None = strawberry.UNSET,
    language: LanguageCode | None = strawberry.UNSET,
    preferred_location_id: strawberry.ID | None = strawberry.UNSET,
    visitor_consent: VisitorConsent | None = strawberry.UNSET,
) -> None:
    """Read by the door before anything runs (`context.py`); by itself it does nothing."""
