"""How a plugin's click commands come to the shop: `vetrina <plugin> <command>` opens it, `in_shop` hands it on."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from vetrina.kernel.context import Context

P = ParamSpec("P")
T = TypeVar("T")


class ShopDoor:
    """Opens the shop for one command; the CLI puts it into click's context."""

    def __init__(self, open_shop: Callable[[Callable[[Context], Awaitable[Any]]], Any]) -> None:
        self.open_shop = open_shop


def in_shop(command: Callable[Concatenate[Context, P], Awaitable[T]]) -> Callable[P, T]:
    """Let a click command be a coroutine whose first argument is the shop's own context.

    It stands below click's own decorators. A Refusal or a Fault becomes the command's error message.

        @click.command()
        @click.argument("email")
        @in_shop
        async def forget(ctx: Context, email: str) -> None: ...
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        door = click.get_current_context().find_object(ShopDoor)
        if door is None:
            raise click.ClickException("This command is run as `vetrina <plugin> <command>`.")
        return door.open_shop(lambda ctx: command(ctx, *args, **kwargs))

    return run
