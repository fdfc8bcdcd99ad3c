"""What an order comes to now, part by part: as placed, less what was amended, paid back or cancelled. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from vetrina.kernel.money import split

FEE = "fee"


class LineFact(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was sold; `amount` after discounts, without the tax that is on top. `rate` None: nobody taxed it."""

    id: int
    quantity: int
    amount: int
    tax: int
    rate: int | None
    is_later: bool = False
    """It was no part of the order when that was placed."""


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """What came off an order: pieces (line id, quantity, gross, tax), delivery with its tax, fee, and more or less.

    `adds` are the lines that came with it.
    """

    adds: tuple[int, ...] = ()
    lines: tuple[tuple[int, int, int, int], ...] = ()
    delivery: int = 0
    delivery_tax: int = 0
    fee: int = 0
    adjustment: int = 0


class OrderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What decides; `backs` in the order they happened. Amounts in minor units, rates in parts per million."""

    prices_include_tax: bool
    lines: Sequence[LineFact]
    delivery: int
    """After discounts, without tax on top."""
    delivery_taxes: Sequence[tuple[int, int]]
    fee: int
    is_cancelled: bool
    backs: Sequence[Back] = ()


class Held(msgspec.Struct, frozen=True):
    """What a part comes to: pieces, all that is paid for them, and what of it is tax."""

    quantity: int = 0
    gross: int = 0
    tax: int = 0

    @property
    def net(self) -> int:
        return self.gross - self.tax

    def plus(self, other: "Held") -> "Held":
        return Held(self.quantity + other.quantity, self.gross + other.gross, self.tax + other.tax)

    def less(self, other: "Held") -> "Held":
        return Held(self.quantity - other.quantity, self.gross - other.gross, self.tax - other.tax)


Parts = dict[str, Held]
"""By key: line:<id>, delivery:<rate>, fee, adjustment:<rate>."""


def standing(order: OrderFacts) -> Parts:
    """Every part as it is now; a cancelled order comes to nothing."""
    if order.is_cancelled:
        return {}
    parts = _placed(order)
    rates = {f"line:{line.id}": line.rate for line in order.lines}
    for back in order.backs:
        parts |= _lines(order, [line for line in order.lines if line.id in back.adds])
        _take(parts, rates, back)
    return {key: held for key, held in parts.items() if held != Held()}


def rate_of(key: str, lines: Mapping[str, int | None]) -> int | None:
    """The rate of a part; None outside of VAT."""
    if key in lines:
        return lines[key]
    text = key.partition(":")[2]
    return int(text) if text.isdecimal() else None


def difference(now: Mapping[str, Held], before: Mapping[str, Held]) -> Parts:
    """What is new, part by part."""
    keys = [*now, *(key for key in before if key not in now)]
    found = {key: now.get(key, Held()).less(before.get(key, Held())) for key in keys}
    return {key: held for key, held in found.items() if (held.gross, held.tax) != (0, 0)}


def _placed(order: OrderFacts) -> Parts:
    parts = _lines(order, [line for line in order.lines if not line.is_later])
    for rate, amount, tax in _deliveries(order):
        gross = amount if order.prices_include_tax else amount + tax
        parts[_key("delivery", rate)] = Held(1, gross, tax)
    if order.fee:
        parts[FEE] = Held(1, order.fee, 0)
    return parts


def _lines(order: OrderFacts, lines: Iterable[LineFact]) -> Parts:
    on_top = 0 if order.prices_include_tax else 1
    return {f"line:{line.id}": Held(line.quantity, line.amount + on_top * line.tax, line.tax) for line in lines}


def _deliveries(order: OrderFacts) -> Iterable[tuple[int | None, int, int]]:
    """Delivery by the rates it bears, shared as its goods weighed when it was taxed."""
    taxes: dict[int, int] = {}
    for rate, tax in order.delivery_taxes:
        taxes[rate] = taxes.get(rate, 0) + tax
    if not taxes:
        return [(None, order.delivery, 0)] if order.delivery else []
    rates = sorted(taxes)
    goods = [line for line in order.lines if not line.is_later]
    weights = [sum(line.amount for line in goods if line.rate == rate) for rate in rates]
    amounts = split(order.delivery, weights)
    return [(rate, amount, taxes[rate]) for rate, amount in zip(rates, amounts, strict=True)]


def _take(parts: Parts, rates: Mapping[str, int | None], back: Back) -> None:
    gone = dict[int | None, Held]()
    for line_id, quantity, gross, tax in back.lines:
        key = f"line:{line_id}"
        _less(parts, key, Held(quantity, gross, tax))
        rate = rates.get(key)
        gone[rate] = gone.get(rate, Held()).plus(Held(0, gross, tax))
    if back.delivery:
        keys = [key for key in parts if key.startswith("delivery:")]
        grosses = split(back.delivery, [max(parts[key].gross, 0) for key in keys])
        taxes = split(back.delivery_tax, [max(parts[key].tax, 0) for key in keys])
        for key, gross, tax in zip(keys, grosses, taxes, strict=True):
            _less(parts, key, Held(0, gross, tax))
            rate = rate_of(key, rates)
            gone[rate] = gone.get(rate, Held()).plus(Held(0, gross, tax))
    if back.fee:
        _less(parts, FEE, Held(0, back.fee, 0))
        gone[None] = gone.get(None, Held()).plus(Held(0, back.fee, 0))
    if back.adjustment:
        left = _by_rate(parts, rates)
        _adjust(parts, back.adjustment, left if back.adjustment > 0 else gone)
    _even_out(parts, rates)


def _adjust(parts: Parts, amount: int, over: Mapping[int | None, Held]) -> None:
    """Share what was given beyond the pieces over all that is left, or what was kept of them over those.

    What is given beyond everything was no price: it bears no tax.
    """
    weighty = {rate: over[rate] for rate in sorted(over, key=_rising) if over[rate].gross > 0}
    room = sum(held.gross for held in weighty.values())
    within = max(min(amount, room), -room)
    shares = split(within, [held.gross for held in weighty.values()])
    for (rate, held), share in zip(weighty.items(), shares, strict=True):
        size, whole = abs(share), held.gross
        tax = (2 * size * held.tax + whole) // (2 * whole)
        _less(parts, _key("adjustment", rate), Held(0, share, tax if share > 0 else -tax))
    if amount != within:
        _less(parts, _key("adjustment", None), Held(0, amount - within, 0))


def _even_out(parts: Parts, rates: Mapping[str, int | None]) -> None:
    """No rate falls below nothing: what is too much at one, whose price was lowered before, comes from the others.

    There is no more tax left at a rate than money.
    """
    left = _by_rate(parts, rates)
    short = -sum(held.gross for held in left.values() if held.gross < 0)
    if short:
        for rate, held in left.items():
            if held.gross < 0:
                _less(parts, _key("adjustment", rate), Held(0, held.gross, held.tax))
        _adjust(parts, short, left)
    for rate, held in _by_rate(parts, rates).items():
        most = min(max(held.tax, 0), max(held.gross, 0))
        if held.tax != most:
            _less(parts, _key("adjustment", rate), Held(0, 0, held.tax - most))


def _rising(rate: int | None) -> int:
    """What bears no tax first."""
    return -1 if rate is None else rate


def _by_rate(parts: Mapping[str, Held], rates: Mapping[str, int | None]) -> dict[int | None, Held]:
    found = dict[int | None, Held]()
    for key, held in parts.items():
        rate = rate_of(key, rates)
        found[rate] = found.get(rate, Held()).plus(Held(0, held.gross, held.tax))
    return found


def _less(parts: Parts, key: str, held: Held) -> None:
    parts[key] = parts.get(key, Held()).less(held)


def _key(kind: str, rate: int | None) -> str:
    return f"{kind}:{'-' if rate is None else rate}"
