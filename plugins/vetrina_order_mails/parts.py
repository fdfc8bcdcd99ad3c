"""What happened, and what a mail shows of it: the values that pass between reactions, builders and drawing."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec

from vetrina.flows.mail import StoredDocument
from vetrina.plugin import Context
from vetrina_order_mails.drawing.sheet import Box, Button, Pair
from vetrina_order_mails.drawing.tongue import Tongue
from vetrina_order_mails.facts import OrderFacts


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """What is written about: the mail, the order, and what of the order it is about, by its id or in pieces of lines.

    Without a subject the latest there is stands in: that is how mails are shown before anything has happened.
    """

    mail: str
    order_id: int
    subject_id: int | None = None
    document: tuple[str, str] | None = None
    """Who keeps the paper it is about, and what names it there."""
    encloses: bool = True
    """Whether that paper goes along with the mail."""
    pieces: tuple[tuple[int, int], ...] = ()


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of mail shows. `at` is when it happened; moot is what is no longer so, and is told nobody."""

    at: datetime
    values: Mapping[str, str] = {}
    above: tuple[Box, ...] = ()
    button: Button | None = None
    items: str = ""
    """The key of the heading above the goods."""
    pieces: tuple[tuple[int, int], ...] = ()
    is_priced: bool = False
    sums: tuple[Pair, ...] = ()
    below: tuple[Box, ...] = ()
    encloses: tuple[StoredDocument, ...] = ()
    is_moot: bool = False


Builder = Callable[[Context, OrderFacts, Tongue, Happening], Awaitable[Parts]]
