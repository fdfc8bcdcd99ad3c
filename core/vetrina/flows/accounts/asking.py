"""What a front end asks for when it sends a customer here to sign in, checked before anybody is led anywhere."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from vetrina.flows.accounts.keys import issuer
from vetrina.kernel.context import Context, Shop
from vetrina.kernel.errors import Refusal
from vetrina.shop.accounts.rules import (
    LONGEST_NONCE,
    LONGEST_STATE,
    OPENID,
    is_challenge,
    known_scope,
    origin_of,
    plain_uri,
)
from vetrina.views.accounts import ClientRow, client_by_key

LONGEST_HINT = 320


class NotLed(Refusal):
    """The customer cannot be led back, for nobody knows the way: an unknown client, or an address it has not named."""

    code = "NOT_LED"
    text = "{problem}"


class LedBack(Refusal):
    """The front end is told what was wrong. Facts: error, of OAuth's closed list; problem; address, to go to."""

    code = "LED_BACK"
    text = "{problem}"

    @property
    def address(self) -> str:
        return str(self.facts["address"])


class Wish(msgspec.Struct, frozen=True):
    """A checked request for authorization (RFC 6749, 7636; OpenID Connect)."""

    client_key: str
    redirect_uri: str
    scope: str
    challenge: str
    state: str | None
    nonce: str | None
    prompt: str
    login_hint: str


async def checked_wish(ctx: Context, given: Mapping[str, str]) -> tuple[Wish, ClientRow]:
    """Check the parameters of a request. Raises NotLed, and LedBack once it is known where to."""
    client = await client_by_key(ctx.db, given.get("client_id", ""))
    if client is None:
        raise NotLed(problem="No front end is registered under this client_id.")
    redirect_uri = given.get("redirect_uri", "")
    if plain_uri(redirect_uri) not in client.redirect_uris:
        raise NotLed(problem="This redirect_uri is not one that the front end has registered.")
    state = given.get("state")
    wish = Wish(
        client_key=client.key,
        redirect_uri=redirect_uri,
        scope=known_scope(given.get("scope", "")),
        challenge=given.get("code_challenge", ""),
        state=state if state is not None and len(state) <= LONGEST_STATE else None,
        nonce=given.get("nonce"),
        prompt=given.get("prompt", ""),
        login_hint=given.get("login_hint", "")[:LONGEST_HINT],
    )
    wrong = _wrong(wish, given)
    if wrong is not None:
        raise led_back(ctx.shop, wish, *wrong)
    return wish, client


def led_back(shop: Shop, wish: Wish, error: str, problem: str) -> LedBack:
    """To be raised: the front end hears of it at the address it has registered."""
    address = way_back(shop, wish, error=error, error_description=problem)
    return LedBack(problem=problem, error=error, address=address)


def way_back(shop: Shop, wish: Wish, **answer: str) -> str:
    """The front end's address with what it is answered, its state, and who answers (RFC 9207)."""
    said = (
        {**answer, "iss": issuer(shop)} if wish.state is None else {**answer, "state": wish.state, "iss": issuer(shop)}
    )
    return f"{wish.redirect_uri}{'&' if '?' in wish.redirect_uri else '?'}{urlencode(said)}"


def place_behind(wish: Wish) -> str:
    """The front end's origin, or an app's scheme, as a page's policy names it."""
    return origin_of(wish.redirect_uri)


def _wrong(wish: Wish, given: Mapping[str, str]) -> tuple[str, str] | None:
    """OAuth's code and a sentence."""
    if len(given.get("state", "")) > LONGEST_STATE or len(wish.nonce or "") > LONGEST_NONCE:
        return "invalid_request", "state or nonce is too long."
    if not (wish.nonce or "").isprintable():
        return "invalid_request", "nonce holds a character that is not text."
    if given.get("response_type") != "code":
        return "unsupported_response_type", "response_type is code."
    if given.get("response_mode", "query") != "query":
        return "invalid_request", "response_mode is query."
    if "request" in given or "request_uri" in given:
        return "request_not_supported", "Give the parameters one by one."
    if given.get("code_challenge_method") != "S256" or not is_challenge(wish.challenge):
        return "invalid_request", "code_challenge with code_challenge_method=S256 is needed."
    if OPENID not in wish.scope.split():
        return "invalid_scope", "scope holds openid."
    return None
