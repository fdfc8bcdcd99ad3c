"""The plugin's part of both APIs: VAT ids for buyers, why an order is taxed as it is, the OSS report for the staff."""

from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_tax.graphql.buyers import TaxOnCart, TaxOnOrder, mutation
from vetrina_tax.graphql.reports import TaxReportQuery
from vetrina_tax.settings import TaxSettings


def contributed(settings: TaxSettings) -> list[GraphQLFields | GraphQLRoots]:
    """A mutation and two fields of the storefront, a query of the admin API."""
    return [
        GraphQLRoots("storefront", mutation=mutation(settings)),
        GraphQLFields("storefront", on="Cart", fields=TaxOnCart),
        GraphQLFields("storefront", on="Order", fields=TaxOnOrder),
        GraphQLRoots("admin", query=TaxReportQuery),
    ]
