"""The plugin's part of both APIs: the contract's names in the storefront, its own in the admin."""

from vetrina.plugin import GraphQLRoots, UnionMembers
from vetrina_metaobjects.graphql.desk import MetaobjectDeskMutation, MetaobjectDeskQuery
from vetrina_metaobjects.graphql.storefront import Metaobject, MetaobjectQuery


def parts() -> list[GraphQLRoots]:
    """Roots, and the union that a metafield's reference is of."""
    members = (UnionMembers("MetafieldReference", (Metaobject,)),)
    return [
        GraphQLRoots("storefront", query=MetaobjectQuery, members=members),
        GraphQLRoots("admin", query=MetaobjectDeskQuery, mutation=MetaobjectDeskMutation),
    ]
