"""Order mails: shops whose mails are kept as they leave."""

from collections.abc import Callable

import pytest

from vetrina.plugin import Context
from vetrina.ports import Letter
from vetrina_mailbox.keeping import Mailbox


@pytest.fixture
def plugins() -> list[str]:
    return ["order_mails", "mailbox"]


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    """Every letter that left, in its order, as the mail provider was given it."""
    left: list[Letter] = []
    keep: Callable[[Mailbox, Context, Letter], object] = Mailbox.send

    async def send(self: Mailbox, ctx: Context, letter: Letter) -> None:
        left.append(letter)
        await keep(self, ctx, letter)  # pyright: ignore[reportGeneralTypeIssues]

    monkeypatch.setattr(Mailbox, "send", send)
    return left
