"""The storefront's schema: the roots of every module of this door, and what plugins contributed."""

from collections.abc import Iterable

from vetrina.graphql.schema import ComposedSchema, compose
from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_storefront import discounts, media
from vetrina_storefront.cart import discounts as cart_discounts
from vetrina_storefront.cart import lines as cart_lines
from vetrina_storefront.cart.carts import CartQuery
from vetrina_storefront.cart.mutations import CartMutation
from vetrina_storefront.catalog import CatalogQuery
from vetrina_storefront.checkout import CheckoutMutation, CheckoutQuery
from vetrina_storefront.customers import CustomerQuery
from vetrina_storefront.customers.mutations import CustomerMutation
from vetrina_storefront.in_context import in_context
from vetrina_storefront.localization import LocalizationQuery
from vetrina_storefront.locations import LocationsQuery
from vetrina_storefront.nodes import NodeQuery
from vetrina_storefront.orders import OrderQuery
from vetrina_storefront.search import SearchQuery
from vetrina_storefront.shop import ShopQuery
from vetrina_storefront.subscriptions import Subscription

QUERIES = (
    CartQuery,
    CatalogQuery,
    CheckoutQuery,
    CustomerQuery,
    LocalizationQuery,
    LocationsQuery,
    NodeQuery,
    OrderQuery,
    SearchQuery,
    ShopQuery,
)
MUTATIONS = (CartMutation, CheckoutMutation, CustomerMutation)
TYPES = (*media.KINDS, *cart_lines.KINDS, *cart_discounts.KINDS, *discounts.KINDS)
"""Types that no field names but that documents may: members of interfaces."""


def compose_storefront(contributed: Iterable[tuple[str, GraphQLFields | GraphQLRoots]] = ()) -> ComposedSchema:
    """Build the schema of one Runtime. Raises FieldsClash, naming the plugin, when a name is taken."""
    return compose(
        "storefront",
        query=QUERIES,
        mutation=MUTATIONS,
        subscription=Subscription,
        types=TYPES,
        directives=(in_context,),
        contributed=contributed,
    )


def published() -> str:
    """The schema without plugins, as SDL: what schema.graphql holds."""
    return compose_storefront().as_str()
