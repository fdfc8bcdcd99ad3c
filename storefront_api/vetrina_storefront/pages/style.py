"""The one style sheet of the pages."""

import hashlib
from importlib.resources import files

from litestar import Response, get

_SHEET = files("vetrina_storefront.pages").joinpath("pages.css").read_bytes()
STYLE_PATH = f"/pages/style.css?{hashlib.sha256(_SHEET).hexdigest()[:12]}"
"""With a digest of its content, so that browsers may keep it for good."""


@get("/pages/style.css", sync_to_thread=False)
def style_sheet() -> Response[bytes]:
    headers = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
    return Response(_SHEET, media_type="text/css; charset=utf-8", headers=headers)
