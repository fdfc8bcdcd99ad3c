"""What a deed is that a process may die in."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from tests.support.chaos.buying import Deed, Told

from vetrina.testing.shop import Workshop


class Operation(msgspec.Struct, frozen=True):
    """A deed to die in. `least` is how many points it must have, or the instrumentation sees nothing of it."""

    prepare: Callable[[Workshop, Told], Awaitable[Deed]]
    least: int = 3
    again: Callable[[Workshop, Mapping[str, Any]], Awaitable[None]] | None = None
    """What somebody outside does when nobody answered: send it again, start it again. Given what was told."""
