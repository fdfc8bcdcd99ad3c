"""The Customer Account API's schema: its roots, and what plugins contributed to it."""

from collections.abc import Iterable

from vetrina.graphql.schema import ComposedSchema, compose
from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_storefront import discounts
from vetrina_storefront.accounts.context import in_context
from vetrina_storefront.accounts.customer import AccountQuery
from vetrina_storefront.accounts.mutations import AccountMutation
from vetrina_storefront.accounts.returns import ReturnMutation


def compose_accounts(contributed: Iterable[tuple[str, GraphQLFields | GraphQLRoots]] = ()) -> ComposedSchema:
    """Build the schema of one Runtime. Raises FieldsClash, naming the plugin, when a name is taken."""
    return compose(
        "customer",
        query=(AccountQuery,),
        mutation=(AccountMutation, ReturnMutation),
        types=discounts.KINDS,
        directives=(in_context,),
        contributed=contributed,
    )


def published() -> str:
    """The schema without plugins, as SDL: what schema.graphql beside this holds."""
    return compose_accounts().as_str()
