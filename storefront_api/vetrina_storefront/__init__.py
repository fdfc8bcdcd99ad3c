"""The storefront door: the public Storefront API over GraphQL, and the plain pages behind its links."""

from typing import Any

from vetrina.plugin import Site, hookimpl
from vetrina_storefront.door import routes


@hookimpl
def build_routes(site: Site) -> list[Any]:
    return routes(site)
