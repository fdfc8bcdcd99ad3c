"""The admin door: the GraphQL API and the pages for those who run the shop, and for their programs."""

from typing import Any

from vetrina.plugin import Site, hookimpl
from vetrina_admin.api.door import routes
from vetrina_admin.pages import page_routes


@hookimpl
def build_routes(site: Site) -> list[Any]:
    return [*routes(site), *page_routes(site)]
