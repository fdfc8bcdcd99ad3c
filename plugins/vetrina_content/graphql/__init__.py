"""The plugin's part of both APIs: the contract's names in the storefront, its own in the admin."""

from vetrina.plugin import GraphQLFields, GraphQLRoots, UnionMembers
from vetrina_content.graphql.desk import ContentDeskMutation, ContentDeskQuery
from vetrina_content.graphql.roots import ContentMutation, ContentQuery
from vetrina_content.graphql.suggested import SuggestedContent
from vetrina_content.graphql.types import Article, Blog, Comment, Page


def parts() -> list[GraphQLFields | GraphQLRoots]:
    """Roots, members of the published unions, and what predictive search suggests."""
    members = (
        UnionMembers("SearchResultItem", (Article, Page)),
        UnionMembers("MetafieldReference", (Article, Page)),
        UnionMembers("MetafieldParentResource", (Article, Blog, Page)),
    )
    return [
        GraphQLRoots("storefront", query=ContentQuery, mutation=ContentMutation, types=(Comment,), members=members),
        GraphQLFields("storefront", on="PredictiveSearchResult", fields=SuggestedContent),
        GraphQLRoots("admin", query=ContentDeskQuery, mutation=ContentDeskMutation),
    ]
