"""What is read of the plugin's own tables: the shop's words, and which mails are silent."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.db import Reads
from vetrina_order_mails.models import OrderMailsSilence, OrderMailsText
from vetrina_order_mails.rules import Wording


class TextRow(msgspec.Struct, frozen=True):
    """Words of the shop's own for a mail in a language."""

    mail: str
    language: str
    subject: str
    heading: str
    opening: str
    closing: str

    @property
    def wording(self) -> Wording:
        return Wording(self.subject, self.heading, self.opening, self.closing)


async def own_words(db: Reads) -> Mapping[tuple[str, str], Wording]:
    """All words that the shop has written itself, by mail and language."""
    return {(row.mail, row.language): row.wording for row in await db.rows(TextRow, _ALL)}


async def words_of(db: Reads, mail: str, language: str) -> Wording | None:
    """What the shop has written itself for a mail in a language."""
    row = await db.one(TextRow, _ONE, {"mail_": mail, "language_": language})
    return row.wording if row is not None else None


async def silent(db: Reads) -> frozenset[str]:
    """The mails that are switched off."""
    return frozenset(mail for (mail,) in await db.fetch(_SILENT))


_TEXT = select(*(getattr(OrderMailsText, name) for name in TextRow.__struct_fields__))
_ALL = _TEXT.order_by(OrderMailsText.mail, OrderMailsText.language)
_ONE = _TEXT.where(OrderMailsText.mail == bindparam("mail_"), OrderMailsText.language == bindparam("language_"))
_SILENT = select(OrderMailsSilence.mail).order_by(OrderMailsSilence.mail)
