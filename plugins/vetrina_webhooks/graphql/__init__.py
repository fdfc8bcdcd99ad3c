"""The plugin's part of the admin API."""

from vetrina.plugin import GraphQLRoots
from vetrina_webhooks.graphql.roots import WebhooksMutation, WebhooksQuery


def roots() -> list[GraphQLRoots]:
    """Queries and mutations about endpoints and deliveries."""
    return [GraphQLRoots(api="admin", query=WebhooksQuery, mutation=WebhooksMutation)]
