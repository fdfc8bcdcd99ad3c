"""What the pages are dressed with: one style sheet in the shop's colour, one script that nobody depends on."""

import hashlib
from importlib.resources import files
from typing import Any

import msgspec
from litestar import Response, get

from vetrina_checkout.settings import CheckoutSettings

_HEADERS = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}


class Assets(msgspec.Struct, frozen=True):
    """Their addresses, with a digest of what is behind them, so that browsers may keep it for good."""

    style: str
    script: str


class Wardrobe(msgspec.Struct, frozen=True):
    """Both files as they are sent."""

    style: bytes
    script: bytes

    @property
    def assets(self) -> Assets:
        return Assets(
            style=f"/checkout/style.css?{_digest(self.style)}", script=f"/checkout/checkout.js?{_digest(self.script)}"
        )


def wardrobe(settings: CheckoutSettings) -> Wardrobe:
    """The files for one shop: its accent stands where the sheet names it."""
    folder = files("vetrina_checkout").joinpath("static")
    style = folder.joinpath("checkout.css").read_text("utf-8").replace("#803d1b", settings.accent)
    return Wardrobe(style.encode(), folder.joinpath("checkout.js").read_bytes())


def asset_routes(dressed: Wardrobe) -> list[Any]:
    """Both, for anybody."""

    @get("/checkout/style.css", sync_to_thread=False)
    def style_sheet() -> Response[bytes]:
        return Response(dressed.style, media_type="text/css", headers=_HEADERS)

    @get("/checkout/checkout.js", sync_to_thread=False)
    def script() -> Response[bytes]:
        return Response(dressed.script, media_type="text/javascript", headers=_HEADERS)

    return [style_sheet, script]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
