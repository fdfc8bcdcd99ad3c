"""The plugin's part of both APIs: discounts and gift cards for the staff, bought cards for their buyer."""

from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_promotions.graphql.card_roots import PromotionsCardMutation, PromotionsCardQuery
from vetrina_promotions.graphql.orders import PromotionsOnOrder
from vetrina_promotions.graphql.roots import PromotionsMutation, PromotionsQuery


def contributed() -> list[GraphQLFields | GraphQLRoots]:
    """Queries and mutations of the admin API, and a field of the storefront's orders."""
    return [
        GraphQLRoots(api="admin", query=PromotionsQuery, mutation=PromotionsMutation),
        GraphQLRoots(api="admin", query=PromotionsCardQuery, mutation=PromotionsCardMutation),
        GraphQLFields("storefront", on="Order", fields=PromotionsOnOrder),
    ]
