"""The machine's part of OAuth 2.0 and OpenID Connect: discovery, keys, tokens, revocation."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import structlog
from litestar import Response, get, post
from litestar.exceptions import HTTPException

from vetrina.flows.accounts.keys import ALGORITHM, issuer, published_keys
from vetrina.flows.accounts.tokens import (
    NotGranted,
    Tokens,
    exchange_code,
    exchange_token,
    known_client,
    refresh,
    revoke,
)
from vetrina.kernel.context import BUYER, Context, Shop
from vetrina.kernel.errors import Unavailable
from vetrina.kernel.log import draw_trail
from vetrina.plugin.pages.forms import FORM
from vetrina.plugin.words import LANGUAGES
from vetrina_storefront.accounts.places import AUTHENTICATION, below
from vetrina_storefront.pages.visits import Asked, Here
from vetrina_storefront.versions import VERSIONS

LARGEST = 20_000
"""Bytes of a request for tokens."""
MOST_FIELDS = 30
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
AUDIENCE = "30243aa5-17c1-465a-8493-944bcc4e88aa"
"""How older front ends call the API they exchange a token for."""
OPEN = {"access-control-allow-origin": "*", "x-content-type-options": "nosniff"}
"""Nothing here looks at cookies, so pages of any origin may ask."""
NO_STORE = {**OPEN, "cache-control": "no-store", "pragma": "no-cache"}
KEPT = {**OPEN, "cache-control": "public, max-age=300"}

Json = Response[dict[str, Any]]
log = structlog.get_logger(__name__)


def broken(request: Asked, error: Exception) -> Json:
    """What a machine is told when something is wrong on our side, or it asked in a way that nothing answers."""
    if isinstance(error, HTTPException) and error.status_code < 500:
        told = {"error": "invalid_request", "error_description": "This cannot be asked here, or not so."}
        return Response(told, status_code=error.status_code, headers=NO_STORE)
    trail = draw_trail()
    log.error("fault", trail=trail, path=request.url.path, error=repr(error), exc_info=error)
    told = {"error": "server_error", "error_description": f"Something went wrong on our side: {trail}."}
    return Response(told, status_code=503 if isinstance(error, Unavailable) else 500, headers=NO_STORE)


@get(
    [
        *below("/.well-known/openid-configuration"),
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ]
)
async def discovery(site: Here) -> Json:
    """What a client has to know (OpenID Connect Discovery, RFC 8414)."""
    return Response(_configuration(site.shop), headers=KEPT)


@get("/.well-known/customer-account-api")
async def api_discovery(site: Here) -> Json:
    """Where the API is."""
    return Response({"graphql_api": f"{issuer(site.shop)}/customer/api/{VERSIONS[-1]}/graphql"}, headers=KEPT)


@get(below("/.well-known/jwks.json"))
async def keys(site: Here) -> Json:
    """The keys ID tokens are signed with."""
    return Response(await published_keys(await site.context(BUYER)), headers=KEPT)


@post(below("/oauth/token"), status_code=200)
async def token(request: Asked, site: Here) -> Json:
    """A code, a refresh token or another token for tokens."""
    ctx = await site.context(BUYER)
    try:
        given = await _form(request)
        client = await known_client(ctx, *_credentials(request, given))
        tokens = await _granted(ctx, client, given)
    except NotGranted as refusal:
        return _refused(request, refusal)
    return Response(_told(tokens, is_exchanged=given.get("grant_type") == EXCHANGE), headers=NO_STORE)


@post(below("/oauth/revoke"), status_code=200)
async def revocation(request: Asked, site: Here) -> Json:
    """A token is not wanted any more (RFC 7009); of one that is none nothing is told."""
    ctx = await site.context(BUYER)
    try:
        given = await _form(request)
        client = await known_client(ctx, *_credentials(request, given))
        await revoke(ctx, client, given.get("token", ""))
    except NotGranted as refusal:
        return _refused(request, refusal)
    return Response({}, headers=NO_STORE)


async def _granted(ctx: Context, client: Any, given: Mapping[str, str]) -> Tokens:
    match given.get("grant_type"):
        case "authorization_code":
            code, back, verifier = (given.get(name, "") for name in ("code", "redirect_uri", "code_verifier"))
            return await exchange_code(ctx, client, code, back, verifier)
        case "refresh_token":
            return await refresh(ctx, client, given.get("refresh_token", ""))
        case "urn:ietf:params:oauth:grant-type:token-exchange":
            if given.get("audience") != AUDIENCE or given.get("subject_token_type") != ACCESS_TOKEN:
                raise NotGranted(error="invalid_target", problem="Exchange an access token for this shop's API.")
            return await exchange_token(ctx, client, given.get("subject_token", ""))
        case _:
            problem = "grant_type is authorization_code, refresh_token or token-exchange."
            raise NotGranted(error="unsupported_grant_type", problem=problem)


def _told(tokens: Tokens, *, is_exchanged: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": int(tokens.lasts.total_seconds()),
        "scope": tokens.scope,
    }
    if tokens.refresh is not None:
        told["refresh_token"] = tokens.refresh
    if tokens.id_token is not None:
        told["id_token"] = tokens.id_token
    if is_exchanged:
        told["issued_token_type"] = ACCESS_TOKEN
    return told


async def _form(request: Asked) -> dict[str, str]:
    """The parameters, each once. Raises NotGranted."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise NotGranted(error="invalid_request", problem=f"Send {FORM}.")
    body = await request.body()
    try:
        if len(body) > LARGEST:
            raise ValueError
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise NotGranted(error="invalid_request", problem="The request cannot be read.") from None
    if len(dict(pairs)) != len(pairs):
        raise NotGranted(error="invalid_request", problem="Each parameter is given once.")
    return dict(pairs)


def _credentials(request: Asked, given: Mapping[str, str]) -> tuple[str, str | None]:
    """The client's key and secret: by HTTP Basic or in the form, never both. Raises NotGranted."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return given.get("client_id", ""), given.get("client_secret") or None
    try:
        key, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        key, colon, secret = "", "", ""
    if not colon or "client_secret" in given or given.get("client_id", unquote_plus(key)) != unquote_plus(key):
        raise NotGranted(error="invalid_client", problem="Say who asks in one way.")
    return unquote_plus(key), unquote_plus(secret) or None


def _refused(request: Asked, refusal: NotGranted) -> Json:
    error = str(refusal.facts["error"])
    is_unknown = error == "invalid_client"
    headers = {**NO_STORE, "www-authenticate": 'Basic realm="accounts"'} if is_unknown else NO_STORE
    told = {"error": error, "error_description": refusal.message}
    return Response(told, status_code=401 if is_unknown else 400, headers=headers)


def _configuration(shop: Shop) -> dict[str, Any]:
    here = f"{issuer(shop)}{AUTHENTICATION}"
    return {
        "issuer": issuer(shop),
        "authorization_endpoint": f"{here}/oauth/authorize",
        "token_endpoint": f"{here}/oauth/token",
        "revocation_endpoint": f"{here}/oauth/revoke",
        "end_session_endpoint": f"{here}/logout",
        "jwks_uri": f"{here}/.well-known/jwks.json",
        "scopes_supported": ["openid", "email", "customer-account-api:full"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", EXCHANGE],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "email", "email_verified"],
        "prompt_values_supported": ["none", "login"],
        "ui_locales_supported": list(LANGUAGES),
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
