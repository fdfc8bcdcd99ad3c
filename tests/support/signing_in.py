"""Somebody signs in to a front end without a browser, through the flows behind the pages."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

from vetrina.flows.accounts.asking import checked_wish
from vetrina.flows.accounts.signing_in import enter_password
from vetrina.flows.accounts.tokens import exchange_code
from vetrina.kernel.context import Context

VERIFIER = "a-verifier-of-more-than-forty-three-characters-as-it-must-be"


async def access_token(ctx: Context, client_id: str, back: str, email: str, password: str) -> str:
    """What a front end shows to the Customer Account API. `back` is where it is registered to be answered."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    asked = {
        "client_id": client_id, "redirect_uri": back, "response_type": "code", "state": "state", "nonce": "nonce",
        "scope": "openid email customer-account-api:full", "code_challenge": challenge,
        "code_challenge_method": "S256",
    }  # fmt: skip
    wish, client = await checked_wish(ctx, asked)
    entered = await enter_password(ctx, wish, email, password, network="127.0.0.1")
    [code] = parse_qs(urlsplit(entered.address).query)["code"]
    return (await exchange_code(ctx, client, code, back, VERIFIER)).access
