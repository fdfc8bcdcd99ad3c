"""The plugin's part of both APIs: redirects and site maps in the contract's words, and what makes redirects."""

from vetrina.plugin import GraphQLRoots
from vetrina_seo.graphql.desk import SeoMutation
from vetrina_seo.graphql.storefront import SeoQuery, SitemapResource, SitemapResourceMetaobject


def parts() -> list[GraphQLRoots]:
    """Roots, and the kinds of entries that no field names."""
    return [
        GraphQLRoots("storefront", query=SeoQuery, types=(SitemapResource, SitemapResourceMetaobject)),
        GraphQLRoots("admin", mutation=SeoMutation),
    ]
