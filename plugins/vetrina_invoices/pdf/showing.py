"""What the page is given: every text of a document as people read it in its language."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from vetrina.kernel.money import digits
from vetrina.plugin.pages.amounts import amount_text, country_name, locale_of, rate_text
from vetrina_invoices.pdf.wording import WORDS
from vetrina_invoices.rules.content import Content, DocumentLine, Party


def shown(content: Content) -> dict[str, Any]:
    """Texts and nothing else: the page sets them, and computes nothing."""
    language, country = content.language, content.seller.country or "IT"
    words = WORDS[language]
    locale = locale_of(language, country)

    def money(amount: int) -> str:
        return amount_text(amount, content.currency, language, country)

    def plain(amount: int) -> str:
        places = digits(content.currency)
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return format_decimal(Decimal(amount).scaleb(-places), format=pattern, locale=locale)

    def day(text: str) -> str:
        return format_date(date.fromisoformat(text), format="medium", locale=locale)

    facts = [
        [words["date"], day(content.issued_on)],
        [words["order"], words["order_of"].format(order=content.order_name, date=day(content.order_placed_on))],
    ]
    facts += [[words["corrects"], f"{refer.name}, {day(refer.issued_on)}"] for refer in content.refers]
    return {
        "language": language,
        "title": words[content.kind],
        "name": content.name,
        "words": {**words, "price": words["price_gross" if content.prices_include_tax else "price"]},
        "page": words["page"].replace("{page}", "\u0001").replace("{pages}", "\u0002"),
        "currency": content.currency,
        "facts": facts,
        "seller": _party(content.seller, content, language),
        "buyer": _party(content.buyer, content, language),
        "delivery": list(content.delivery_address),
        "has_discounts": any(line.discount for line in content.lines),
        "lines": [_line(line, content, plain, language, country) for line in content.lines],
        "summary": [
            {
                "rate": words["outside"] if row.rate is None else rate_text(row.rate, language, country),
                "nature": row.nature,
                "mention": row.mention,
                "net": money(row.net),
                "tax": money(row.tax),
            }
            for row in content.summary
        ],
        "totals": [[words["total_net"], money(content.net)], [words["total_tax"], money(content.tax)]],
        "total": [words[f"total_{content.kind}"], money(content.total)],
        "payment": words.get(content.payment, content.payment),
        "notes": list(content.notes),
        "logo": content.logo,
    }


def _party(party: Party, content: Content, language: str) -> dict[str, Any]:
    words = WORDS[language]
    abroad = party.country and content.seller.country != content.buyer.country
    lines = [*party.lines, *([country_name(party.country, language)] if abroad else [])]
    codes = [[words["vat_id"], party.vat_id]] if party.vat_id else []
    codes += [[words["tax_code"], party.tax_code]] if party.tax_code else []
    more = [text for text in (party.register, party.email) if text]
    return {"name": party.name, "lines": lines, "codes": codes, "more": more}


def _line(
    line: DocumentLine, content: Content, plain: Callable[[int], str], language: str, country: str
) -> dict[str, str]:
    gross = line.net + line.tax
    amount = gross if content.prices_include_tax else line.net
    return {
        "title": line.title,
        "detail": line.detail,
        "quantity": str(line.quantity),
        "price": plain(line.unit_price),
        "discount": plain(-line.discount) if line.discount else "",
        "rate": line.nature or "–" if line.rate is None or line.nature else rate_text(line.rate, language, country),
        "net": plain(line.net),
        "amount": plain(amount),
    }
