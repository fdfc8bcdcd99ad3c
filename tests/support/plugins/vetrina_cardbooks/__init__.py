"""A plugin for tests: a card provider whose books outlive the shop's process."""

import os
from pathlib import Path

from tests.support.card_books import CardBooks, Statements

from vetrina.plugin import Provide, hookimpl
from vetrina.ports import PaymentProvider, PayoutSource


@hookimpl
def register_ports() -> list[Provide]:
    path = Path(os.environ["CARD_BOOKS"])
    return [Provide(PaymentProvider, "books", CardBooks(path)), Provide(PayoutSource, "books", Statements(path))]
