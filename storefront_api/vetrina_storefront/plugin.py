"""hookimpl: contributes /graphql, the dated API and the pages to the web."""

from typing import Any

from vetrina.plugin import Site, hookimpl
from vetrina_storefront.door import routes


@hookimpl
def build_routes(site: Site) -> list[Any]:
    return routes(site)
