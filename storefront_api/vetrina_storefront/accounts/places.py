"""Where everything is: the addresses front ends know, below the shop's own and below a shop's number."""

from urllib.parse import urlencode

from vetrina.flows.accounts.asking import Wish
from vetrina_storefront.versions import VERSIONS

AUTHENTICATION = "/authentication"
SHOP = 1
"""The number by which such front ends know this shop: it is alone."""
GRAPHQL = tuple(
    f"{before}/customer/api/{version}/graphql"
    for version in VERSIONS
    for before in ("", "/account", f"/{SHOP}/account")
)
"""Front ends that were made for many shops put the shop's number before."""
COOKIE_PATH = AUTHENTICATION


def below(path: str) -> list[str]:
    """A path of the authentication's, with and without a shop's number in it."""
    return [f"{AUTHENTICATION}{path}", f"{AUTHENTICATION}/{{shop:int}}{path}"]


def authorize_path(wish: Wish) -> str:
    """Where the front end sent its customer, to begin anew."""
    asked = {
        "client_id": wish.client_key,
        "redirect_uri": wish.redirect_uri,
        "response_type": "code",
        "scope": wish.scope,
        "code_challenge": wish.challenge,
        "code_challenge_method": "S256",
        "state": wish.state,
        "nonce": wish.nonce,
        "prompt": wish.prompt,
    }
    said = {name: value for name, value in asked.items() if value}
    return f"{AUTHENTICATION}/oauth/authorize?{urlencode(said)}"


def code_path(key: str) -> str:
    """Where a code is typed."""
    return f"{AUTHENTICATION}/code/{key}"
