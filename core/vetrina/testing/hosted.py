"""What every HostedPages must do: its paths are the shop's own, and carry what they were given whole."""

from urllib.parse import unquote

from vetrina.ports import HostedPages

KEY, SECRET = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"


class HostedPagesContract:
    """Inherit, make the pages, and let pytest collect it."""

    def pages(self) -> HostedPages:
        raise NotImplementedError

    async def test_every_path_is_on_this_shop(self) -> None:
        pages = self.pages()
        for path in (pages.checkout_path(KEY, SECRET), pages.attempt_path(KEY), pages.order_path(1001, SECRET)):
            assert path.startswith("/"), path
            assert not path.startswith(("//", "/\\")), path
            assert path.isascii(), path
            assert path.isprintable(), path

    async def test_keys_and_secrets_are_in_their_paths(self) -> None:
        pages = self.pages()
        assert KEY in pages.checkout_path(KEY, SECRET)
        assert SECRET in pages.checkout_path(KEY, SECRET)
        assert KEY in pages.attempt_path(KEY)
        assert SECRET in pages.order_path(1001, SECRET)
        assert "1001" in pages.order_path(1001, SECRET)

    async def test_what_is_no_key_leads_nowhere_else(self) -> None:
        path = self.pages().attempt_path("../../admin?x#y")
        assert ".." not in path.split("/"), path
        assert "?" not in path.partition("?")[2], path
        assert "../../admin?x#y" in unquote(path)
