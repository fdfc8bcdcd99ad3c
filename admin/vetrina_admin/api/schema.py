"""The admin schema: our roots, checked for their permissions, and what plugins add."""

from collections.abc import Iterable, Mapping

from vetrina.graphql.schema import ComposedSchema, compose
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina_admin.api.after_sale import AfterSaleMutation, AfterSaleQuery
from vetrina_admin.api.bundles import BundleMutation
from vetrina_admin.api.catalog import CatalogMutation, CatalogQuery
from vetrina_admin.api.deliveries import DeliveryMutation, DeliveryQuery
from vetrina_admin.api.guard import check_contributed, check_guards
from vetrina_admin.api.health import HealthQuery
from vetrina_admin.api.jobs import JobMutation, JobQuery
from vetrina_admin.api.locations import LocationMutation
from vetrina_admin.api.media_changes import MediaMutation
from vetrina_admin.api.metafields import MetafieldMutation, MetafieldQuery
from vetrina_admin.api.order_changes import ParcelMutation, RefundMutation, RefundQuery
from vetrina_admin.api.orders import OrderMutation, OrderQuery
from vetrina_admin.api.payments import PaymentMutation, PaymentQuery
from vetrina_admin.api.persons import PersonMutation, PersonQuery
from vetrina_admin.api.plugins import PluginMutation, PluginQuery
from vetrina_admin.api.prices import PriceMutation
from vetrina_admin.api.shop import ShopQuery
from vetrina_admin.api.staff import StaffQuery, staff_mutation
from vetrina_admin.api.stock import StockQuery
from vetrina_admin.api.stock_changes import StockMutation
from vetrina_admin.api.storefront_tokens import StorefrontTokenMutation, StorefrontTokenQuery
from vetrina_admin.api.tokens import token_roots


def compose_admin(
    permissions: Mapping[str, str], contributed: Iterable[tuple[str, GraphQLFields | GraphQLRoots]] = ()
) -> ComposedSchema:
    """Build the schema. Raises Unguarded for a root field of ours that declares no permission; FieldsClash."""
    parts = tuple(contributed)
    token_query, token_mutation = token_roots(permissions)
    queries = (
        CatalogQuery,
        StockQuery,
        OrderQuery,
        AfterSaleQuery,
        RefundQuery,
        PaymentQuery,
        DeliveryQuery,
        JobQuery,
        ShopQuery,
        StaffQuery,
        token_query,
        StorefrontTokenQuery,
        PluginQuery,
        MetafieldQuery,
        HealthQuery,
        PersonQuery,
    )
    mutations = (
        CatalogMutation,
        BundleMutation,
        MediaMutation,
        PriceMutation,
        LocationMutation,
        StockMutation,
        OrderMutation,
        AfterSaleMutation,
        ParcelMutation,
        RefundMutation,
        PaymentMutation,
        DeliveryMutation,
        JobMutation,
        staff_mutation(permissions),
        token_mutation,
        StorefrontTokenMutation,
        PluginMutation,
        MetafieldMutation,
        PersonMutation,
    )
    check_guards((*queries, *mutations), permissions)
    check_contributed(parts, permissions)
    return compose("admin", query=queries, mutation=mutations, contributed=parts)


def published() -> str:
    """The schema without plugins, as SDL: what schema.graphql holds."""
    return compose_admin(CORE_PERMISSIONS).as_str()
