"""hookimpl: /graphql, the dated API, the pages and customer accounts for the web, and pages for the admin."""

from typing import Any

from vetrina.plugin import Site, hookimpl
from vetrina.plugin.admin import AdminPage
from vetrina_storefront.accounts.admin import pages
from vetrina_storefront.bearing_admin import token_page
from vetrina_storefront.door import routes


@hookimpl
def build_routes(site: Site) -> list[Any]:
    return routes(site)


@hookimpl
def register_admin() -> list[AdminPage]:
    return [*pages(), token_page()]
