"""The book as a process keeps it: read again when its version has moved, which costs one small statement a quote."""

from vetrina.plugin import Context
from vetrina_shipping.rules import Book
from vetrina_shipping.views import read_book, version_of


class Shelf:
    """The last book that was read."""

    def __init__(self) -> None:
        self._book: Book | None = None

    async def book(self, ctx: Context) -> Book:
        """The book as it is now."""
        version = await version_of(ctx.db)
        book = self._book
        if book is None or book.version != version:
            book = self._book = await read_book(ctx.db)
        return book
