"""A visit: one request of a person to the admin, with who it is, in which language, and what there is to say."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Literal
from urllib.parse import urlencode

import msgspec
from litestar.datastructures import Cookie

from vetrina.flows.staff.sessions import SignedIn, signed_in
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.crypto import draw_key, hash_token, same
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Site
from vetrina.plugin.admin import SECTIONS
from vetrina.plugin.words import LANGUAGES, accepted, spoken
from vetrina_admin.pages.asking import (
    A_YEAR,
    DOOR,
    LANGUAGE,
    SESSION,
    TOLD,
    Asked,
    keeping,
    kept,
    local_path,
)
from vetrina_admin.pages.wording import Say, speaker

Tone = Literal["good", "warning", "bad", "neutral"]
LONGEST_TOLD = 3_000


class Told(msgspec.Struct, frozen=True):
    """A sentence about what was just done, shown on the next page."""

    text: str
    tone: Tone


class Entry(msgspec.Struct, frozen=True):
    """One way in the menu. `title` says it in a language."""

    name: str
    title: Callable[[str], str]
    path: str
    icon: str
    group: str
    can: str | None


class Visit(msgspec.Struct, kw_only=True):
    """Who is answered what. `ctx` is what flows and views are called with; its actor may what the person may now."""

    site: Site
    request: Asked
    ctx: Context
    member: SignedIn | None
    language: str
    say: Say
    shop_name: str
    owner: str
    """Whose forms the page holds; see `form_token`."""
    entries: tuple[Entry, ...]
    """The whole menu; see `menu`."""
    told: list[Told] = []
    """What the page says at its top."""
    cookies: list[Cookie] = []
    _next: list[Told] = []

    @property
    def menu(self) -> list[Entry]:
        """What this person may open."""
        return [entry for entry in self.entries if entry.can is None or self.may(entry.can)]

    @property
    def sections(self) -> list[tuple[str, list[Entry]]]:
        """The menu in its sections, in their order, without empty ones; the home stands above all."""
        return [
            (name, found)
            for name in ("", *SECTIONS)
            if (found := [entry for entry in self.menu if entry.group == name])
        ]

    @property
    def way(self) -> str:
        """The entry of the menu that this page is behind, by its address."""
        found = nearest((entry.path for entry in self.entries), self.path)
        return found or nearest_of_owner(self.entries, self.path)

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def query(self) -> dict[str, str]:
        """What stands behind the question mark; of several values with a name the last."""
        return {name: str(value) for name, value in self.request.query_params.items()}

    @property
    def here(self) -> str:
        """This page's own address, to come back to."""
        return local_path(f"{self.path}?{urlencode(self.query)}" if self.query else self.path)

    def query_number(self, name: str) -> int | None:
        """A key out of the query, such as where a page begins; None for what is none."""
        digits = self.query.get(name, "")
        return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None

    def link(self, **changed: str | int | None) -> str:
        """This page with a changed query: visit.link(after=cursor, before=None)."""
        merged = {**self.query, **changed}
        left = {name: str(value) for name, value in merged.items() if value not in (None, "")}
        return f"{self.path}?{urlencode(left)}" if left else self.path

    def may(self, permission: str) -> bool:
        return permission in self.ctx.actor.permissions

    def number(self, name: str) -> int:
        """A part of the path that is a number: {order:int}. Raises NotFound for one no key can be."""
        number: int = self.request.path_params[name]
        if not 0 < number < 2**63:
            raise NotFound(what="The page")
        return number

    def part(self, name: str) -> str:
        """A part of the path: {name:str}."""
        return str(self.request.path_params[name])

    def tell(self, key: str, tone: Tone = "good", /, **facts: object) -> None:
        """Say it at the top of the next page this person sees, after a redirect."""
        self.tell_text(self.say(key, **facts), tone)

    def tell_text(self, text: str, tone: Tone = "good") -> None:
        """The same for a sentence that somebody else has made, such as a plugin."""
        self._next.append(Told(text, tone))
        self.keep(TOLD, _pack(self, self._next))

    def keep(self, name: str, value: str, max_age: int | None = None) -> None:
        """Have the browser keep something until it is closed, or for so many seconds; an empty value forgets it."""
        self.cookies.append(keeping(self.site, name, value, max_age))


def nearest_of_owner(entries: Iterable[Entry], path: str) -> str:
    """Of a page that is below no entry: its plugin's first, such as the zones' for a method."""
    plugin = "/".join(path.split("/")[:3])
    return next((entry.path for entry in entries if entry.path.startswith(f"{plugin}/")), "")


def nearest(ways: Iterable[str], path: str) -> str:
    """Of the addresses that a path is or stands below, the longest; the home is above nothing but itself."""
    above = (way for way in ways if path == way or (way != "/admin" and path.startswith(f"{way}/")))
    return max(above, key=len, default="")


async def begin(site: Site, request: Asked, entries: tuple[Entry, ...]) -> Visit:
    """A visit, by the session the browser comes with. Reads the session, and the markets where they have changed."""
    secret = kept(site, request, SESSION)
    profile = (await site.markets.atlas()).profile
    anonymous = await site.context(Actor("visitor", name="visitor"))
    member = await signed_in(anonymous, secret) if secret else None
    language = spoken(
        member.language if member else None,
        request.query_params.get("lang"),
        kept(site, request, LANGUAGE),
        *accepted(request.headers.get("accept-language")),
    )
    visit = Visit(
        site=site,
        request=request,
        ctx=anonymous if member is None else msgspec.structs.replace(anonymous, actor=member.actor),
        member=member,
        language=language,
        say=speaker(language),
        shop_name=profile.name,
        owner=f"session:{hash_token(secret)}" if member else kept(site, request, DOOR),
        entries=entries,
    )
    _hear(visit)
    if member is None:
        _settle(visit)
    return visit


def _settle(visit: Visit) -> None:
    """What a browser without a session is known by, and the language it has asked for."""
    wish = visit.request.query_params.get("lang")
    if wish in LANGUAGES:
        visit.keep(LANGUAGE, wish, A_YEAR)
    if not (visit.owner.isascii() and visit.owner.isalnum() and len(visit.owner) == 32):
        visit.owner = draw_key()
        visit.keep(DOOR, visit.owner)


def _hear(visit: Visit) -> None:
    """Take what the last answer left to be said."""
    packed = kept(visit.site, visit.request, TOLD)
    if packed and visit.request.method == "GET":
        visit.told = _unpack(visit, packed)
        visit.keep(TOLD, "")


def _pack(visit: Visit, told: list[Told]) -> str:
    """As long as a cookie may be: what is longer is shortened, for half a sentence is better than none."""
    kept_, most = told[-3:], LONGEST_TOLD
    while len(text := base64.urlsafe_b64encode(msgspec.json.encode(kept_)).decode().rstrip("=")) > LONGEST_TOLD:
        most //= 2
        kept_ = [Told(each.text if len(each.text) <= most else f"{each.text[:most]}…", each.tone) for each in kept_]
    return f"{visit.site.shop.vault.sign('admin-told', text)}{text}"


def _unpack(visit: Visit, packed: str) -> list[Told]:
    """What we have packed ourselves; nothing for anything else."""
    signature, text = packed[:32], packed[32:]
    if not packed.isascii() or not same(signature, visit.site.shop.vault.sign("admin-told", text)):
        return []
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=list[Told])
    except (binascii.Error, msgspec.DecodeError):
        return []
