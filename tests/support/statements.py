"""Count the statements a piece of code sends to the database: the kit's own way."""

from vetrina.testing.statements import Counted, all_statements, statements

__all__ = ["Counted", "all_statements", "statements"]
