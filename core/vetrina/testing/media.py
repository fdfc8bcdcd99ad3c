"""The suite every storage of media passes."""

from vetrina.kernel.context import Context
from vetrina.ports import MediaStorage

NAME = "ab/abcdef0123456789abcdef0123456789.jpg"
CONTENT = bytes(range(256)) * 40


class MediaStorageContract:
    """Inherit, make the storage, and let pytest collect it. Needs a fixture `ctx`."""

    def storage(self) -> MediaStorage:
        raise NotImplementedError

    async def test_what_is_kept_is_read_whole_and_in_pieces(self, ctx: Context) -> None:
        storage = self.storage()
        await storage.keep(ctx, NAME, CONTENT, "image/jpeg")
        whole = await storage.read(ctx, NAME, 0, len(CONTENT) * 2)
        assert whole is not None and (whole.content, whole.first, whole.total) == (CONTENT, 0, len(CONTENT))
        part = await storage.read(ctx, NAME, 100, 50)
        assert part is not None and (part.content, part.first, part.total) == (CONTENT[100:150], 100, len(CONTENT))
        assert part.version == whole.version != ""
        for first, most in ((len(CONTENT), 10), (len(CONTENT) + 5, 10), (0, 0)):
            nothing = await storage.read(ctx, NAME, first, most)
            assert nothing is not None and (nothing.content, nothing.total) == (b"", len(CONTENT)), (first, most)

    async def test_keeping_it_again_changes_nothing(self, ctx: Context) -> None:
        storage = self.storage()
        for _ in range(2):
            await storage.keep(ctx, NAME, CONTENT, "image/jpeg")
        found = await storage.read(ctx, NAME, 0, len(CONTENT))
        assert found is not None and found.content == CONTENT

    async def test_what_is_not_there_is_none(self, ctx: Context) -> None:
        storage = self.storage()
        missing = NAME.replace("abc", "fff")
        assert await storage.read(ctx, missing, 0, 10) is None
        assert await storage.locate(ctx, missing) is None

    async def test_what_was_dropped_is_gone_and_may_be_dropped_again(self, ctx: Context) -> None:
        storage = self.storage()
        await storage.keep(ctx, NAME, CONTENT, "image/jpeg")
        for _ in range(2):
            await storage.drop(ctx, NAME)
        assert await storage.read(ctx, NAME, 0, 10) is None

    async def test_a_public_address_is_one(self, ctx: Context) -> None:
        storage = self.storage()
        await storage.keep(ctx, NAME, CONTENT, "image/jpeg")
        address = await storage.locate(ctx, NAME)
        assert address is None or (address.startswith(("https://", "http://")) and address.endswith(NAME))
