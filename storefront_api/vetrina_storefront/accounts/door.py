"""The routes: the Customer Account API, what machines ask of the sign-in, and its pages."""

from typing import Any

from litestar import Router
from litestar.di import Provide

from vetrina.graphql.http import handler
from vetrina.plugin import Site
from vetrina.plugin.pages.forms import LARGEST_FORM
from vetrina_storefront.accounts.context import endpoint_of
from vetrina_storefront.accounts.places import GRAPHQL
from vetrina_storefront.accounts.protocol import api_discovery, broken, discovery, keys, revocation, token
from vetrina_storefront.accounts.schema import compose_accounts
from vetrina_storefront.accounts.sign_in import ask_for_code, authorize, code_page, sign_in_by_password, type_code
from vetrina_storefront.accounts.sign_out import leave, leave_by_hand
from vetrina_storefront.pages import FAILURES

FOR_PEOPLE = (
    authorize,
    ask_for_code,
    sign_in_by_password,
    code_page,
    type_code,
    leave,
    leave_by_hand,
)
FOR_MACHINES = (discovery, api_discovery, keys, token, revocation)


def account_routes(site: Site) -> list[Any]:
    """Everything of customer accounts."""

    def here() -> Site:
        return site

    about: dict[str, Any] = {
        "path": "/",
        "dependencies": {"site": Provide(here, sync_to_thread=False)},
        "request_max_body_size": LARGEST_FORM,
    }
    people = Router(**about, route_handlers=FOR_PEOPLE, exception_handlers=FAILURES)
    machines = Router(**about, route_handlers=FOR_MACHINES, exception_handlers={Exception: broken})
    return [handler(endpoint_of(site, compose_accounts(site.graphql)), *GRAPHQL), people, machines]
