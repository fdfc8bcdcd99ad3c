"""Companies: the contract's types. The core sells to people, so nothing leads to one of them yet."""

import strawberry

from vetrina.graphql.scalars import DateTime
from vetrina_storefront.interfaces import Node
from vetrina_storefront.metafields import HasMetafields


@strawberry.type(description="A company that buys.")
class Company(HasMetafields, Node):
    created_at: DateTime
    external_id: str | None
    name: str
    updated_at: DateTime


@strawberry.type(description="A person who buys for a company.")
class CompanyContact(Node):
    created_at: DateTime
    locale: str | None
    title: str | None
    updated_at: DateTime


@strawberry.type(description="A branch of a company.")
class CompanyLocation(HasMetafields, Node):
    created_at: DateTime
    external_id: str | None
    locale: str | None
    name: str
    updated_at: DateTime


@strawberry.type(description="A company that buys, by whom and for which branch.")
class PurchasingCompany:
    company: Company
    contact: CompanyContact | None
    location: CompanyLocation
