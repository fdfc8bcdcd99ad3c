"""A plugin for tests: a card provider whose books outlive the shop's process."""

import os
from pathlib import Path

from tests.support.card_books import CardBooks

from vetrina.plugin import Provide, hookimpl
from vetrina.ports import PaymentProvider


@hookimpl
def register_ports() -> list[Provide]:
    return [Provide(PaymentProvider, "books", CardBooks(Path(os.environ["CARD_BOOKS"])))]
