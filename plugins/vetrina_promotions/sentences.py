"""What a promotion does, in one sentence that its manager can read aloud."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec
from babel.numbers import format_currency, format_decimal

from vetrina.kernel.money import digits
from vetrina.plugin import Say
from vetrina_promotions.rules import WHOLE, Scope, Terms

LANGUAGES = ("en", "it")
MOST_NAMED = 3
_CLASSES = {
    "product": Say("products", "sui prodotti"),
    "order": Say("the order", "sull'ordine"),
    "shipping": Say("delivery", "sulla spedizione"),
}


class Names(msgspec.Struct, frozen=True):
    """What products and collections are called, by id."""

    products: Mapping[int, str] = {}
    collections: Mapping[int, str] = {}
    variants: Mapping[int, str] = {}


def summary(terms: Terms, names: Names, *, is_automatic: bool, per_customer: int | None = None) -> Say:
    """The whole of it, in both languages."""
    parts = [_what(terms, names), _threshold(terms), _who(terms, per_customer), _how(is_automatic), _beside(terms)]
    joined = {
        language: _sentence([getattr(part, language) for part in parts if part is not None]) for language in LANGUAGES
    }
    return Say(joined["en"], joined["it"])


def money(amount: int, currency: str | None, language: str) -> str:
    """An amount in minor units as people read it."""
    known = currency or "EUR"
    return format_currency(Decimal(amount).scaleb(-digits(known)), known, locale=language)


def percent(parts: int, language: str) -> str:
    """Parts per million as people read them."""
    return f"{format_decimal(Decimal(parts) / 10_000, locale=language)}%"


def _sentence(parts: list[str]) -> str:
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _both(en: str, it: str, **values: Say) -> Say:
    return Say(
        en.format(**{name: value.en for name, value in values.items()}),
        it.format(**{name: value.it for name, value in values.items()}),
    )


def _off(terms: Terms, off: int) -> Say:
    if terms.value == "percentage":
        return Say(percent(off, "en"), percent(off, "it"))
    return Say(money(off, terms.currency, "en"), money(off, terms.currency, "it"))


def _what(terms: Terms, names: Names) -> Say:
    if terms.kind == "buy_get":
        return _buy_get(terms, names)
    about = _shipping(terms) if terms.kind == "shipping" else _about(terms, names)
    if terms.kind == "shipping" and terms.off == WHOLE and terms.value == "percentage" and not terms.tiers:
        return _both("free {about}", "{about} gratuita", about=about)
    if terms.tiers:
        return _both("{steps} off {about}", "{steps} di sconto su {about}", steps=_steps(terms), about=about)
    each = terms.value == "amount" and terms.each
    off = _off(terms, terms.off)
    if each:
        return _both(
            "{off} off each piece of {about}", "{off} di sconto su ogni pezzo di {about}", off=off, about=about
        )
    return _both("{off} off {about}", "{off} di sconto su {about}", off=off, about=about)


def _steps(terms: Terms) -> Say:
    said = {
        language: "; ".join(
            f"{getattr(_off(terms, tier.off), language)} {word} {_size(terms, tier.at, language)}"
            for tier in terms.tiers
        )
        for language, word in (("en", "from"), ("it", "da"))
    }
    return Say(said["en"], said["it"])


def _size(terms: Terms, at: int, language: str) -> str:
    if terms.tier_by == "subtotal":
        return money(at, terms.currency, language)
    return f"{at} {'pezzi' if language == 'it' else 'pieces'}"


def _shipping(terms: Terms) -> Say:
    if terms.most_delivery is None:
        return Say("delivery", "spedizione")
    most = Say(money(terms.most_delivery, terms.currency, "en"), money(terms.most_delivery, terms.currency, "it"))
    return _both("delivery that costs up to {most}", "spedizione fino a {most}", most=most)


def _about(terms: Terms, names: Names) -> Say:
    about = _scope(terms.scope, names) if not terms.scope.is_everything else Say("the whole order", "tutto l'ordine")
    if terms.spares_reduced:
        return _both("{about} except what is on sale", "{about} tranne ciò che è già scontato", about=about)
    return about


def _scope(scope: Scope, names: Names) -> Say:
    if scope.is_everything:
        return Say("anything", "qualsiasi prodotto")
    known = [
        *(names.collections.get(key, f"#{key}") for key in scope.collection_ids),
        *(names.products.get(key, f"#{key}") for key in scope.product_ids),
        *(names.variants.get(key, f"#{key}") for key in scope.variant_ids),
    ]
    shown, more = known[:MOST_NAMED], len(known) - MOST_NAMED
    text = ", ".join(shown)
    return Say(text, text) if more <= 0 else Say(f"{text} and {more} more", f"{text} e altri {more}")


def _buy_get(terms: Terms, names: Names) -> Say:
    if terms.buys_subtotal:
        spent = Say(money(terms.buys_subtotal, terms.currency, "en"), money(terms.buys_subtotal, terms.currency, "it"))
        bought = _both(
            "spend {spent} on {what}", "spendi {spent} in {what}", spent=spent, what=_scope(terms.buys, names)
        )
    else:
        count = Say(str(terms.buys_quantity), str(terms.buys_quantity))
        bought = _both("buy {count} of {what}", "compra {count} pezzi di {what}", count=count,
                       what=_scope(terms.buys, names))  # fmt: skip
    got = Say(str(terms.gets_quantity), str(terms.gets_quantity))
    free = terms.value == "percentage" and terms.off == WHOLE
    off = Say("free", "gratis") if free else _both("at {off} off", "con {off} di sconto", off=_off(terms, terms.off))
    whole = _both("{bought}, get {got} of {what} {off}", "{bought} e ne ricevi {got} di {what} {off}",
                  bought=bought, got=got, what=_scope(terms.scope, names), off=off)  # fmt: skip
    if terms.most_times is None:
        return whole
    times = Say(str(terms.most_times), str(terms.most_times))
    return _both("{whole}, at most {times} times in an order", "{whole}, al massimo {times} volte per ordine",
                 whole=whole, times=times)  # fmt: skip


def _threshold(terms: Terms) -> Say | None:
    if terms.least_subtotal:
        least = Say(
            money(terms.least_subtotal, terms.currency, "en"), money(terms.least_subtotal, terms.currency, "it")
        )
        return _both("from {least} spent", "da {least} di spesa", least=least)
    if terms.least_quantity:
        pieces = Say(str(terms.least_quantity), str(terms.least_quantity))
        return _both("from {pieces} pieces on", "da {pieces} pezzi in su", pieces=pieces)
    return None


def _who(terms: Terms, per_customer: int | None) -> Say | None:
    if terms.customers == "named":
        return Say("for customers you chose", "per i clienti che hai scelto")
    if terms.customers == "first_order":
        return Say("on a first order", "sul primo ordine")
    if per_customer is None:
        return None
    times = Say(str(per_customer), str(per_customer))
    return _both("{times} times per customer", "{times} volte per cliente", times=times)


def _how(is_automatic: bool) -> Say:
    return Say("applied by itself", "applicato da solo") if is_automatic else Say("with a code", "con un codice")


def _beside(terms: Terms) -> Say:
    if not terms.combines:
        return Say("never together with another discount", "mai insieme a un altro sconto")
    known = [_CLASSES[kind] for kind in terms.combines]
    en, it = ", ".join(say.en for say in known), ", ".join(say.it for say in known)
    return Say(f"together with discounts on {en}", f"insieme a sconti {it}")
