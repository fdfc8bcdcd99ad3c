"""The browser module of the checkout page, as a file that may be kept for a while."""

from importlib.resources import files
from typing import Any

from litestar import Response, get

HEADERS = {"cache-control": "public, max-age=3600", "x-content-type-options": "nosniff"}


def routes() -> list[Any]:
    """For anybody."""
    content = files("vetrina_stripe").joinpath("static", "element.js").read_bytes()

    @get("/stripe/element.js", sync_to_thread=False)
    def element() -> Response[bytes]:
        return Response(content, media_type="text/javascript", headers=HEADERS)

    return [element]
