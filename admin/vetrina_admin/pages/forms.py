"""Forms: read within limits, and accepted only from our own pages."""

from urllib.parse import parse_qsl, urlsplit

import msgspec
from litestar.datastructures import UploadFile

from vetrina.flows.media import LARGEST_FILE
from vetrina.kernel.context import Shop
from vetrina.kernel.crypto import same
from vetrina_admin.pages.asking import Asked

LARGEST_FORM = 500_000
"""Bytes; the longest settings form of a plugin stays below."""
MOST_FIELDS = 2_000
LARGEST_UPLOAD = LARGEST_FILE + LARGEST_FORM
"""Bytes of a form that brings files, with all of them."""
MOST_FILES = 20
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data"
TOKEN_FIELD = "csrf_token"
TOKEN_HEADER = "x-csrf-token"


class NotOurForm(Exception):
    """The form does not come from a page of ours, or cannot be read."""


class File(msgspec.Struct, frozen=True):
    """A file that was chosen; what it is called says nothing about what it is."""

    name: str
    content: bytes


class Form(msgspec.Struct, frozen=True):
    """What was typed, by field name, and the files that were chosen."""

    fields: dict[str, list[str]]
    files: tuple[File, ...] = ()

    def get(self, name: str) -> str:
        """The last field of that name; empty where there is none."""
        return self.fields.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """Every field of that name: checkboxes that were ticked."""
        return self.fields.get(name, [])

    def number(self, name: str) -> int:
        """A key out of a field that our page has filled. Raises NotOurForm for what is none."""
        digits = self.get(name)
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 19):
            raise NotOurForm
        return int(digits)

    def has(self, name: str) -> bool:
        """Whether a checkbox of that name was ticked."""
        return name in self.fields


def form_token(shop: Shop, owner: str) -> str:
    """What a form carries to show that it comes from a page made for that owner: a session, or a browser without."""
    return shop.vault.sign("admin-form", owner)


async def read_form(request: Asked, shop: Shop, owner: str, *, takes_files: bool = False) -> Form:
    """The form as it was sent. Raises NotOurForm when it is none of ours: another site's, or one with another token."""
    if not _is_from_here(request, shop.base_url):
        raise NotOurForm
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ((FORM, FILES) if takes_files else (FORM,)):
        raise NotOurForm
    form = await (_with_files(request) if kind == FILES else _typed(request))
    given = request.headers.get(TOKEN_HEADER) or form.get(TOKEN_FIELD)
    if not owner or not given.isascii() or not same(given, form_token(shop, owner)):
        raise NotOurForm
    return form


async def _typed(request: Asked) -> Form:
    body = await request.body()
    if len(body) > LARGEST_FORM:
        raise NotOurForm
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise NotOurForm from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return Form(fields)


async def _with_files(request: Asked) -> Form:
    """Large files wait on disk while the rest is read; a field without a chosen file is none."""
    fields: dict[str, list[str]] = {}
    files: list[File] = []
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, UploadFile):
            fields.setdefault(name, []).append(str(value))
        elif value.filename and len(files) < MOST_FILES:
            files.append(File(value.filename[-100:], await value.read()))
    return Form(fields, tuple(files))


def _is_from_here(request: Asked, base_url: str) -> bool:
    """Whether the browser says that a page of this host sent the form. What says nothing is left to the token."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    host = urlsplit(origin).netloc
    return bool(host) and host in (request.headers.get("host", ""), urlsplit(base_url).netloc)
