"""Refusal (expected, coded, shown) and Fault (a bug or an outage, logged).

Exception
|-- Refusal              the caller asked for something the shop does not do; the message reaches the caller
|   |-- BadInput         a value that can never be right; names its field
|   |-- NotFound         nothing visible to the caller has that identity
|   |-- NotAllowed       the caller lacks a permission
|   |-- TooManyTries     the caller has tried too often and has to wait
|   `-- ...              one class per sentence, beside the noun it is about
`-- Fault                not the caller's doing; the caller gets a trail id, the log everything
    |-- Unavailable      somebody else's outage or our own overload: retry later
    `-- ...
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class Refusal(Exception):
    """An expected no: coded for programs, phrased for people, and quietly logged.

    `code` is stable and UPPER_SNAKE. `text` is the English sentence with {named} places; `texts` is the same sentence
    in other languages, with the same places. The doors know the core's by code, so that these need none. `field` is the
    path of the input that is to blame, outermost first.
    """

    code: ClassVar[str] = "REFUSED"
    text: ClassVar[str] = "The request was refused."
    texts: ClassVar[Mapping[str, str]] = {}
    """By language, as ISO 639-1 has it: {"it": "…"}. A class with a sentence of its own inherits none."""

    def __init_subclass__(cls, **words: Any) -> None:
        super().__init_subclass__(**words)
        if "text" in vars(cls) and "texts" not in vars(cls):
            cls.texts = {}

    def __init__(self, *, field: tuple[str, ...] | None = None, **facts: object) -> None:
        self.field = field
        self.facts = facts
        super().__init__(self.text.format(**facts))

    @property
    def message(self) -> str:
        return str(self)


class BadInput(Refusal):
    """A value that can never be right."""

    code = "BAD_USER_INPUT"
    text = "{problem}"


class NotFound(Refusal):
    """Nothing visible to the caller has that identity."""

    code = "NOT_FOUND"
    text = "{what} was not found."


class NotAllowed(Refusal):
    """The caller lacks a permission; the permission is named, nothing else is."""

    code = "FORBIDDEN"
    text = "This needs the permission {permission}."


class NotSignedIn(Refusal):
    """The call needs to know who is asking."""

    code = "UNAUTHENTICATED"
    text = "A valid token is needed."


class TooManyTries(Refusal):
    """Something was tried too often. Facts: seconds, after which it may be tried again."""

    code = "THROTTLED"
    text = "This was tried too often. Try again in {seconds} seconds."


class Fault(Exception):
    """A bug or an outage. The message is for the log; people get the trail id."""


class Unavailable(Fault):
    """Something outside did not answer in time, or we are overloaded; the same request may succeed later."""
