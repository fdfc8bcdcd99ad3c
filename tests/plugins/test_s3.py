"""S3: the contract over a real client and a server that speaks like one, settings that are tried, files that move."""

from collections.abc import Iterator
from typing import cast

import msgspec
import pytest
from pydantic import SecretStr, ValidationError
from tests.support.buckets import Bucket, a_bucket
from tests.support.pictures import drawn, film

from vetrina.flows.media import upload_media
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.outgoing import Outgoing
from vetrina.plugin import HealthCheck
from vetrina.ports import MediaStorage
from vetrina.testing import Workshop
from vetrina.testing.media import CONTENT, NAME, MediaStorageContract
from vetrina_s3.settings import S3Settings

pytestmark = pytest.mark.embedded


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with a_bucket() as bucket:
        yield bucket


def settings_for(bucket: Bucket, /, **more: object) -> S3Settings:
    given = {"bucket": "goods", "endpoint": bucket.address, "access_key_id": "key", "prefix": "shop/media/"}
    return S3Settings.model_validate({**given, "secret_access_key": "hush", "path_style": True, **more})


def naming(ctx: Context, bucket: Bucket) -> Context:
    """The context of a shop whose operator has named the bucket's server."""
    outgoing = Outgoing([bucket.address.removeprefix("http://")])
    return msgspec.structs.replace(ctx, shop=msgspec.structs.replace(ctx.shop, outgoing=outgoing))


class TestContract(MediaStorageContract):
    """The suite every storage passes."""

    @pytest.fixture(autouse=True)
    def _bucket(self, bucket: Bucket) -> None:
        self.bucket = bucket

    @pytest.fixture
    def ctx(self, ctx: Context, bucket: Bucket) -> Context:
        return naming(ctx, bucket)

    def storage(self) -> MediaStorage:
        return settings_for(self.bucket, public_address="https://cdn.test/m/").storage()

    async def test_objects_are_where_the_settings_say(self, ctx: Context) -> None:
        storage = self.storage()
        await storage.keep(ctx, NAME, CONTENT, "image/jpeg")
        verb, path, headers = self.bucket.asked[-1]
        assert (verb, path) == ("PUT", f"/goods/shop/media/{NAME}")
        assert (headers["content-type"], headers["cache-control"]) == (
            "image/jpeg", "public, max-age=31536000, immutable",
        )  # fmt: skip
        assert await storage.locate(ctx, NAME) == f"https://cdn.test/m/{NAME}"
        assert await settings_for(self.bucket).storage().locate(ctx, NAME) is None

    async def test_a_server_that_says_no_is_an_outage_that_tells_no_secret(self, ctx: Context) -> None:
        self.bucket.refuses = True
        for attempt in (self.storage().keep(ctx, NAME, b"x", "image/jpeg"), self.storage().read(ctx, NAME, 0, 1)):
            with pytest.raises(Exception, match="the bucket did not") as caught:
                await attempt
            assert "hush" not in str(caught.value)


async def test_settings_are_tried_before_they_are_kept(ctx: Context, bucket: Bucket) -> None:
    settings = settings_for(bucket)
    with pytest.raises(Refusal, match=r"https|open internet"):
        await settings.check(ctx)
    assert not bucket.asked, "an address of our own network is not called"
    named = naming(ctx, bucket)
    await settings.check(named)
    assert bucket.asked[0][0] == "PUT" and not bucket.objects, "nothing is left behind"
    with pytest.raises(Refusal, match="cannot be used") as caught:
        await settings_for(bucket, access_key_id="other").check(named)
    assert "hush" not in str(caught.value)
    await S3Settings().check(ctx)
    for odd in (
        {"bucket": "A_b"}, {"endpoint": "ftp://x"}, {"endpoint": "https://u:p@x.test"}, {"prefix": "../"},
        {"prefix": "/a"}, {"public_address": "javascript:x"}, {"region": "a b"},
        {"access_key_id": ""}, {"secret_access_key": ""}, {"access_key_id": " "}, {"secret_access_key": " "},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            settings_for(bucket, **odd)
    assert isinstance(settings.secret_access_key, SecretStr) and "hush" not in repr(settings)


async def test_an_address_is_looked_at_again_whenever_it_is_used(ctx: Context, bucket: Bucket) -> None:
    storage, named = settings_for(bucket).storage(), naming(ctx, bucket)
    await storage.keep(named, NAME, CONTENT, "image/jpeg")
    asked = len(bucket.asked)

    async def resolve(host: str, port: int) -> list[str]:
        return ["169.254.169.254"]

    there = msgspec.structs.replace(ctx, shop=msgspec.structs.replace(ctx.shop, outgoing=Outgoing(resolve=resolve)))
    elsewhere = settings_for(bucket, endpoint="https://s3.test").storage()
    for asking, place in ((ctx, storage), (there, elsewhere)):
        for attempt in (
            place.keep(asking, NAME, CONTENT, "image/jpeg"), place.read(asking, NAME, 0, 9), place.drop(asking, NAME),
        ):  # fmt: skip
            with pytest.raises(Unavailable, match="address is not called"):
                await attempt
    assert len(bucket.asked) == asked and bucket.objects
    await storage.drop(named, NAME)
    assert not bucket.objects, "the control: where it is named it is called"


async def test_a_shop_shows_what_is_in_the_bucket_and_what_was_there_before(shop: Workshop, bucket: Bucket) -> None:
    before = await upload_media(shop.ctx, drawn())
    await shop.switch_on("s3")
    more = {"public_address": "https://cdn.test", "secret_access_key": "hush"}
    given = settings_for(bucket, **more).model_dump(exclude={"secret_access_key"})
    await shop.configure("s3", **given, secret_access_key="hush")
    with pytest.raises(Unavailable):
        await upload_media(shop.ctx, drawn(90, 60))
    (health,) = [item for owner, item in shop.runtime.collected.declarations if owner == "s3"]
    with pytest.raises(Refusal, match=r"https"):
        await cast(HealthCheck, health).run(shop.ctx)
    assert not bucket.asked
    shop.settings = shop.settings.model_copy(update={"private_addresses": (bucket.address.removeprefix("http://"),)})
    await shop.follow()
    after, clip = await upload_media(shop.ctx, drawn(90, 60)), await upload_media(shop.ctx, film())
    assert sorted(bucket.objects) == sorted(f"/goods/shop/media/{one.address}" for one in (after, clip))
    for added in (before, after):
        for query in ("", "?width=100&format=png"):
            answer = await shop.client.get(f"/media/{added.address}{query}")
            assert answer.status_code == 200 and answer.headers["content-type"].startswith("image/"), added
    there = await shop.client.get(f"/media/{clip.address}")
    assert (there.status_code, there.headers["location"]) == (307, f"https://cdn.test/{clip.address}")
    bucket.refuses = True
    assert (await shop.client.get(f"/media/{before.address}")).status_code == 200
    drawn_before = await shop.client.get(f"/media/{after.address}?width=100&format=png")
    assert drawn_before.status_code == 200, "what was drawn before is still shown"
    assert (await shop.client.get(f"/media/{after.address}")).status_code == 503
    await shop.switch_off("s3")
    assert (await shop.client.get(f"/media/{before.address}")).status_code == 200
    assert (await shop.client.get(f"/media/{after.address}")).status_code == 404
