"""POST /webhooks/payments/{key}: a payment provider's news, verified, applied once, answered."""

from collections.abc import Callable
from typing import Any

from litestar import Request, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from vetrina.flows.payments.moving import take_message
from vetrina.kernel.context import Context

LARGEST_MESSAGE = 256_000


def payment_webhooks(context: Callable[[], Context]) -> HTTPRouteHandler:
    """The route; the provider's own signature is what admits a message."""

    @post("/webhooks/payments/{key:str}", status_code=200, request_max_body_size=LARGEST_MESSAGE)
    async def receive(key: FromPath[str], request: Request[Any, Any, Any]) -> None:
        await take_message(context(), key, dict(request.headers), await request.body())

    return receive
