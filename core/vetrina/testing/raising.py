"""What contract suites expect to be raised. They are read where a plugin is graded, and no test tool is there."""

from collections.abc import Awaitable
from typing import TypeVar

E = TypeVar("E", bound=BaseException)


async def raised(kind: type[E], doing: Awaitable[object]) -> E:
    """What `doing` raises, of that kind. Raises AssertionError where it goes well; anything else it raises passes."""
    try:
        await doing
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")
