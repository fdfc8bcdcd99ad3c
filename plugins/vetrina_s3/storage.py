"""The media port over a bucket; obstore speaks to it, and is imported when the first file comes or goes."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import SecretStr

from vetrina.kernel.crypto import draw_key
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.outgoing import ForbiddenAddress
from vetrina.plugin import Context
from vetrina.plugin.words import Say
from vetrina.ports import MediaStorage, Piece

if TYPE_CHECKING:
    from obstore.store import S3Store

NOT_THE_SAME = Say("what was written is not what is read", it="ciò che si legge non è ciò che è stato scritto")
_FOR_GOOD = "public, max-age=31536000, immutable"
_TIMEOUTS: Any = {"connect_timeout": "5s", "timeout": "30s"}
_RETRIES: Any = {"max_retries": 2}


class StorageUnusable(Refusal):
    """The bucket does not do what it has to. Facts: reason."""

    code = "S3_UNUSABLE"
    text = "The bucket cannot be used: {reason}"
    texts = {"it": "Il bucket non è utilizzabile: {reason}"}


class NotInstalled(Refusal):
    """What speaks to buckets comes with an extra of its own."""

    code = "S3_NOT_INSTALLED"
    text = 'Install what speaks to buckets first: pip install "vetrina[s3]".'
    texts = {"it": 'Prima installa ciò che parla con i bucket: pip install "vetrina[s3]".'}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Which bucket, where and as whom; see the settings."""

    bucket: str
    region: str
    endpoint: str
    access_key_id: str
    secret_access_key: SecretStr
    prefix: str
    public_address: str
    path_style: bool


class S3Storage(MediaStorage):
    """Files as objects under the place's prefix; content-addressed, so nothing is ever changed."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def keep(self, ctx: Context, name: str, content: bytes, mime_type: str) -> None:
        import obstore

        await self._check(ctx)
        attributes: Any = {"Content-Type": mime_type, "Cache-Control": _FOR_GOOD}
        try:
            await obstore.put_async(self._store, self._key(name), content, attributes=attributes)
        except Exception as error:
            raise Unavailable(f"the bucket did not take {name}: {said(error)}") from None

    async def read(self, ctx: Context, name: str, first: int, most: int) -> Piece | None:
        import obstore

        await self._check(ctx)
        try:
            head = await obstore.head_async(self._store, self._key(name))
            total, version = head["size"], (head["e_tag"] or "").strip('"')
            if not most or first >= total:
                return Piece(b"", first, total, version)
            content = await obstore.get_range_async(
                self._store, self._key(name), start=first, end=min(total, first + most)
            )
        except FileNotFoundError:
            return None
        except Exception as error:
            raise Unavailable(f"the bucket did not give {name}: {said(error)}") from None
        return Piece(bytes(content), first, total, version)

    async def drop(self, ctx: Context, name: str) -> None:
        import obstore

        await self._check(ctx)
        try:
            await obstore.delete_async(self._store, self._key(name))
        except FileNotFoundError:
            return
        except Exception as error:
            raise Unavailable(f"the bucket did not drop {name}: {said(error)}") from None

    async def locate(self, ctx: Context, name: str) -> str | None:
        if not self._place.public_address or await self.read(ctx, name, 0, 0) is None:
            return None
        return f"{self._place.public_address}/{name}"

    async def probe(self, ctx: Context) -> None:
        """Write a small file, read it and delete it. Raises StorageUnusable, NotInstalled, ForbiddenAddress."""
        name, content = f"vetrina-check/{draw_key()}.txt", b"Written to see whether this works."
        await self._place_allowed(ctx)
        try:
            await self.keep(ctx, name, content, "text/plain")
            found = await self.read(ctx, name, 0, 100)
            await self.drop(ctx, name)
        except ImportError:
            raise NotInstalled from None
        except Unavailable as error:
            raise StorageUnusable(reason=str(error).partition(": ")[2]) from None
        if found is None or found.content != content:
            raise StorageUnusable(reason=NOT_THE_SAME)

    async def _check(self, ctx: Context) -> None:
        """Nothing is sent to an address that leads to somebody's own network by now. Raises Unavailable."""
        try:
            await self._place_allowed(ctx)
        except ForbiddenAddress as refusal:
            raise Unavailable(f"the bucket's address is not called: {refusal}") from None

    async def _place_allowed(self, ctx: Context) -> None:
        """Raises ForbiddenAddress, Unreachable; Amazon's own addresses are not looked at."""
        if self._place.endpoint:
            await ctx.shop.outgoing.check(self._place.endpoint, https_only=True)

    def _key(self, name: str) -> str:
        return f"{self._place.prefix}{name}"

    @cached_property
    def _store(self) -> "S3Store":
        from obstore.store import S3Store

        place = self._place
        options: dict[str, Any] = {"endpoint": place.endpoint} if place.endpoint else {}
        client: Any = {**_TIMEOUTS, "allow_http": place.endpoint.startswith("http://")}
        return S3Store(
            place.bucket,
            region=place.region,
            access_key_id=place.access_key_id,
            secret_access_key=place.secret_access_key.get_secret_value(),
            virtual_hosted_style_request=not place.path_style,
            client_options=client,
            retry_config=_RETRIES,
            **options,
        )


def said(error: Exception) -> str:
    """The first line of what went wrong, without what it came of: that is long, and repeats addresses."""
    return (str(error).strip().splitlines() or [""])[0][:300] or type(error).__name__
