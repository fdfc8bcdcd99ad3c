"""The plugin's part of the APIs: an order's documents, and how buyers ask for an invoice."""

from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_invoices.graphql.asking import mutation
from vetrina_invoices.graphql.orders import InvoicesOnOrder
from vetrina_invoices.settings import InvoicesSettings


def contributed(settings: InvoicesSettings) -> list[GraphQLFields | GraphQLRoots]:
    """A field of orders in three APIs, two mutations of the storefront."""
    return [
        GraphQLRoots("storefront", mutation=mutation(settings)),
        GraphQLFields("storefront", on="Order", fields=InvoicesOnOrder),
        GraphQLFields("customer", on="Order", fields=InvoicesOnOrder),
        GraphQLFields("admin", on="Order", fields=InvoicesOnOrder),
    ]
