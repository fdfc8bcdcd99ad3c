"""Enrol the people who work here, decide what they may do, give them passwords, send them away."""

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotSignedIn
from vetrina.shop.staff import service as staff

LANGUAGES = ("en", "it")
"""What the admin speaks."""


async def choose_language(ctx: Context, language: str) -> None:
    """Have the admin speak this language to oneself. Raises BadInput, NotSignedIn for a program."""
    if ctx.actor.id is None:
        raise NotSignedIn
    if language not in LANGUAGES:
        raise BadInput(field=("language",), problem="The admin does not speak that language.")
    async with ctx.tx() as session:
        await staff.change_member(session, ctx.actor.id, language=language)
