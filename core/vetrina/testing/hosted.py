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

    async def test_a_checkout_carries_its_cart_and_the_secret(self) -> None:
        path = self.pages().checkout_path(KEY, SECRET)
        assert KEY in path
        assert SECRET in path

    async def test_an_order_carries_its_number_and_the_secret(self) -> None:
        path = self.pages().order_path(1001, SECRET)
        assert "1001" in path
        assert SECRET in path

    async def test_the_same_question_gets_the_same_answer_and_another_one_another(self) -> None:
        pages = self.pages()
        assert pages.attempt_path(KEY) == pages.attempt_path(KEY)
        assert pages.attempt_path(KEY) != pages.attempt_path(SECRET)
        assert pages.order_path(1001, SECRET) != pages.order_path(1002, SECRET)

    async def test_what_is_no_key_leads_nowhere_else(self) -> None:
        path = self.pages().attempt_path("../../admin?x#y")
        assert ".." not in path.split("/"), path
        assert "?" not in path.partition("?")[2], path
        assert "../../admin?x#y" in unquote(path)
