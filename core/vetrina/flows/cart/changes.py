"""Change a cart: hold its row, apply one change, give it its next version, say what became of the payment."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.payments.moving import abandon_payment
from vetrina.flows.quoting import CartQuote, at_the_cart, place_of, quote_cart, said_of
from vetrina.kernel.context import Context, Place
from vetrina.kernel.db import Session
from vetrina.kernel.errors import BadInput, Fault, Refusal, Unavailable
from vetrina.shop.cart import service as carts
from vetrina.shop.checkout.models import Attempt
from vetrina.views.carts import (
    NOTHING_READ,
    CartAtHand,
    CartParts,
    CartRow,
    address_of,
    cart_at_hand,
    cart_by_key,
    locked_cart,
)
from vetrina.views.catalog.merchandise import CartLineFactsRow, spoken_lines
from vetrina.views.payments.attempts import attempt_by_key
from vetrina.vocabulary import AttemptState, CartState, PaymentState

P = ParamSpec("P")

Target = Literal["Cart", "CartLine", "CartSelectableAddress", "ProductVariant"]


class CartProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a change was refused. `code` is a CartErrorCode, `field` the input's path, `reason` a finer word."""

    code: str
    message: str
    field: tuple[str, ...] | None = None
    reason: str | None = None


class CartCaution(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer should know although the change was made. `code` is a CartWarningCode.

    It is about the thing of type `target` with the id `target_id`, or about the whole cart.
    """

    code: str
    message: str
    target: Target = "Cart"
    target_id: int | None = None


class CartOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a change. With errors, nothing was written and `cart` is as it was; None: there is no such cart.

    `quote` is the cart's quote after the change where the flow had to ask for one anyway, `parts` what it has in hand
    of the cart's parts as they are now; `deleted_id` the metafield that was deleted.
    """

    cart: CartRow | None
    errors: tuple[CartProblem, ...] = ()
    warnings: tuple[CartCaution, ...] = ()
    quote: CartQuote | None = None
    parts: CartParts = NOTHING_READ
    deleted_id: int | None = None

    @property
    def cart_key(self) -> str | None:
        return self.cart.key if self.cart else None


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What a change came to at its commit: the rest of its outcome follows from it, also for a repeat."""

    cart: CartRow
    warnings: tuple[CartCaution, ...] = ()
    is_changed: bool = False
    needs_quote: bool = False
    deleted_id: int | None = None


class CartRefused(Exception):
    """Stops a change before anything is committed; becomes the outcome's errors."""

    def __init__(self, *problems: CartProblem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))


class AttemptIsOpen(CartRefused):
    """The cart is being ordered: a checkout attempt of it is undecided."""

    def __init__(self, attempt_key: str) -> None:
        self.attempt_key = attempt_key
        message = "The cart is being ordered and cannot be changed now."
        super().__init__(CartProblem(code="INVALID", field=("cart_id",), message=message, reason="ATTEMPT_IN_PROGRESS"))


class Edit:
    """One change under way: the cart as it is held, and what is to become of it."""

    def __init__(self, ctx: Context, session: Session, cart: CartRow) -> None:
        self.session = session
        self.cart = cart
        self.at = ctx.now()
        self.warnings: list[CartCaution] = []
        self.deleted_id: int | None = None
        self.parts = NOTHING_READ
        """What of the cart the change has read or written, as it is afterwards."""
        self.lines: tuple[CartLineFactsRow, ...] | None = None
        """Its lines after a change of lines, before they are put in the buyer's language."""
        self._ctx = ctx
        self._changes: dict[str, Any] = {}
        self._is_touched = False

    @property
    def is_changed(self) -> bool:
        return self._is_touched or bool(self._changes)

    def set(self, **columns: Any) -> None:
        """Give columns of the cart's row new values; those that have them already are left alone."""
        for name, value in columns.items():
            if getattr(self.cart, name) != value:
                self._changes[name] = value

    def touch(self) -> None:
        """Something beside the cart's own row changed: its lines, its addresses."""
        self._is_touched = True

    def warn(self, caution: CartCaution) -> None:
        self.warnings.append(caution)

    def keep(self, quote: CartQuote) -> None:
        """Lines and address stand as they were quoted, if the cart is the one that was; they are not changed here."""
        if self.cart.version == quote.cart.version:
            self.parts = quote.parts

    async def place(self) -> Place:
        """Where the cart is sold as it stands after what was set so far."""
        country, language = self._value("country"), self._value("language")
        return await place_of(self._ctx, country, language, self.session)

    async def write(self) -> CartRow:
        """Write the row's changes with its next version. A change that changes nothing leaves the version alone.

        Raises AttemptIsOpen. Attempts are looked for in a statement of its own: on PostgreSQL the one that waited for
        the row sees too little.
        """
        cart, version = self.cart, self.cart.version + 1
        if self.is_changed:
            moved = await carts.change_cart(
                self.session, cart.id, version, self.at, self._changes, unless=_IS_BEING_ORDERED
            )
            if moved is not None:
                address = None if moved.destination is None else address_of(moved.destination)
                self.parts = msgspec.structs.replace(self.parts, destination=address)
                return msgspec.structs.replace(cart, version=version, updated_at=self.at, **self._changes)
        attempt_key = await self.session.value(_OPEN_ATTEMPT, {"cart_id": cart.id})
        if attempt_key is not None:
            raise AttemptIsOpen(attempt_key)
        if self.is_changed:
            raise Fault(f"cart {cart.id} changed under its lock")
        return cart

    def _value(self, name: str) -> Any:
        return self._changes.get(name, getattr(self.cart, name))


Change = Callable[[Edit], Awaitable[None]]


def refusable(
    flow: Callable[Concatenate[Context, str, P], Awaitable[CartOutcome]],
) -> Callable[Concatenate[Context, str, P], Coroutine[Any, Any, CartOutcome]]:
    """A flow over the cart with a key: what refuses it becomes the outcome's errors, beside the cart as it was."""

    @wraps(flow)
    async def guarded(ctx: Context, key: str, *args: P.args, **kwargs: P.kwargs) -> CartOutcome:
        try:
            return await repeated(ctx) or await flow(ctx, key, *args, **kwargs)
        except (CartRefused, BadInput) as refused:
            cart = await cart_by_key(ctx.db, key)
            is_visible = cart is not None and cart.state == CartState.OPEN
            return CartOutcome(cart=cart if is_visible else None, errors=problems_told(refused))

    return guarded


def problems_told(refused: CartRefused | BadInput) -> tuple[CartProblem, ...]:
    """A refusal as the problems it tells."""
    if isinstance(refused, CartRefused):
        return refused.problems
    return (CartProblem(code="INVALID", message=refused.message, field=refused.field),)


async def change_cart(ctx: Context, key: str, change: Change, *, needs_quote: bool = False) -> CartOutcome:
    """Apply a change to the open cart with that key, in one transaction that holds its row. Raises CartRefused.

    A checkout attempt that waits for the buyer is given up first; one that the provider works on refuses. With
    `needs_quote`, or when a way to pay is chosen, the cart is quoted after the commit: discount codes that do not
    apply and a payment that the change invalidated become warnings.
    """
    known = await repeated(ctx)
    if known is not None:
        return known
    try:
        changed, edit = await _changed(ctx, key, change, needs_quote)
    except AttemptIsOpen as waiting:
        await _give_up(ctx, waiting.attempt_key)
        changed, edit = await _changed(ctx, key, change, needs_quote)
    return await outcome_of(ctx, changed, await _parts(ctx, edit, changed.cart))


async def repeated(ctx: Context) -> CartOutcome | None:
    """The outcome of a change that an earlier request with the same Idempotency-Key has made already."""
    changed = ctx.recall(Changed)
    return None if changed is msgspec.UNSET else await outcome_of(ctx, changed)


async def cart_to_change(ctx: Context, key: str) -> CartAtHand:
    """The open cart with that key, for flows that look before they change; gives up an attempt as change_cart does."""
    try:
        return await cart_to_order(ctx, key)
    except AttemptIsOpen as waiting:
        await _give_up(ctx, waiting.attempt_key)
        return await cart_to_order(ctx, key)


async def cart_to_order(ctx: Context, key: str) -> CartAtHand:
    """The open cart with that key, as it is now. Raises CartRefused, also while it is being ordered."""
    found = await cart_at_hand(ctx.db, key)
    cart = _open(found.cart if found else None)
    assert found is not None and cart is found.cart
    if found.attempt_key is not None:
        raise AttemptIsOpen(found.attempt_key)
    return found


async def _changed(ctx: Context, key: str, change: Change, needs_quote: bool) -> tuple[Changed, Edit]:
    async with ctx.tx() as session:
        edit = Edit(ctx, session, _open(await locked_cart(session, key)))
        if ctx.consent is not None:
            edit.set(consent=ctx.consent)
        await change(edit)
        changed = session.outcome = Changed(
            cart=await edit.write(),
            warnings=tuple(edit.warnings),
            is_changed=edit.is_changed,
            needs_quote=needs_quote,
            deleted_id=edit.deleted_id,
        )
    return changed, edit


async def _parts(ctx: Context, edit: Edit, cart: CartRow) -> CartParts:
    if edit.lines is None:
        return edit.parts
    lines = await spoken_lines(await at_the_cart(ctx, cart), edit.lines)
    return msgspec.structs.replace(edit.parts, lines=lines)


def _open(cart: CartRow | None) -> CartRow:
    if cart is None or cart.state != CartState.OPEN:
        raise CartRefused(no_cart("CART_ORDERED" if cart else "CART_NOT_FOUND"))
    return cart


async def _give_up(ctx: Context, attempt_key: str) -> None:
    """Cancel at the provider an attempt that waits for the buyer. Raises AttemptIsOpen when it cannot be stopped."""
    attempt = await attempt_by_key(ctx.db, attempt_key)
    if attempt is None or attempt.state != AttemptState.OPEN:
        return
    if attempt.payment_id is None or attempt.payment_state != PaymentState.ACTION_REQUIRED:
        raise AttemptIsOpen(attempt_key)
    try:
        # Whoever repeats the change needs not have given up the attempt himself: no claim is spent on it.
        await abandon_payment(msgspec.structs.replace(ctx, claim=None), attempt.payment_id, reason="CART_CHANGED")
    except (Refusal, Unavailable):
        raise AttemptIsOpen(attempt_key) from None


def no_cart(reason: str) -> CartProblem:
    """The cart is not there, or is an order already: buyers are not told which."""
    return CartProblem(code="INVALID", field=("cart_id",), message="The specified cart does not exist.", reason=reason)


async def outcome_of(ctx: Context, changed: Changed, parts: CartParts = NOTHING_READ) -> CartOutcome:
    """What a committed change comes to: its cart is quoted where codes or a chosen way to pay ask for it."""
    cart = changed.cart
    is_payment_at_risk = cart.payment is not None and changed.is_changed
    if not changed.needs_quote and not is_payment_at_risk:
        return CartOutcome(cart=cart, warnings=changed.warnings, parts=parts, deleted_id=changed.deleted_id)
    quote = await quote_cart(ctx, cart, parts)
    warnings = [*changed.warnings, *(code_cautions(quote) if changed.needs_quote else ())]
    if is_payment_at_risk:
        warnings.extend(payment_cautions(quote))
    if cart.payment is not None and quote.selected_method is None:
        quote = await _without_payment(ctx, quote)
    return CartOutcome(
        cart=quote.cart, warnings=tuple(warnings), quote=quote, parts=parts, deleted_id=changed.deleted_id
    )


def code_cautions(quote: CartQuote) -> Iterable[CartCaution]:
    """One warning for each discount code that does nothing for the cart."""
    for answer in quote.codes:
        if not answer.is_applicable:
            code = answer.warning or "DISCOUNT_CODE_NOT_HONOURED"
            yield CartCaution(code=code, message=said_of(answer))


def payment_cautions(quote: CartQuote) -> Iterable[CartCaution]:
    """Whether the chosen way to pay still stands."""
    payment = quote.cart.payment
    if payment is None:
        return
    if quote.selected_method is None:
        yield CartCaution(code="PAYMENT_METHOD_CLEARED", message="The chosen way to pay is no longer on offer.")
    elif (payment["amount"], payment["currency"]) != (quote.selected_method.amount, quote.quote.currency):
        yield CartCaution(code="PAYMENT_AMOUNT_CHANGED", message="The amount to pay has changed.")


async def _without_payment(ctx: Context, quote: CartQuote) -> CartQuote:
    """Forget a way to pay that is no longer offered, unless the cart has changed again meanwhile.

    It was one change for the buyer: the version he was told of stays.
    """
    async with ctx.tx() as session:
        cart = await locked_cart(session, quote.cart.key)
        if cart is not None and cart.version == quote.cart.version and cart.state == CartState.OPEN:
            await carts.change_cart(session, cart.id, cart.version, cart.updated_at, {"payment": None})
    return msgspec.structs.replace(quote, cart=msgspec.structs.replace(quote.cart, payment=None))


_OPEN_ATTEMPT = select(Attempt.key).where(
    Attempt.cart_id == bindparam("cart_id"), Attempt.state == AttemptState.OPEN.value
)
_IS_BEING_ORDERED = _OPEN_ATTEMPT.exists()
