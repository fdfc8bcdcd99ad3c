"""What every BuyerField must do: it keeps what is right, refuses what is not without a trace, and takes it back."""

from vetrina.flows.cart.carts import NewCart, create_cart
from vetrina.kernel.context import Context
from vetrina.ports import BuyerField, FieldRefused
from vetrina.testing.raising import raised

NOBODYS = "00000000000000000000000000000000"


class BuyerFieldContract:
    """Inherit, make the field, name a value it keeps and those it refuses. Needs a fixture `ctx`."""

    country = "IT"
    right = ""
    wrong: tuple[str, ...] = ()

    def field(self) -> BuyerField:
        raise NotImplementedError

    async def test_a_cart_that_nobody_has_shows_nothing_kept(self, ctx: Context) -> None:
        found = await self.field().shown(ctx, NOBODYS, self.country)
        assert found is None or (found.value, found.problem) == ("", "")

    async def test_it_is_named_and_its_value_fits(self, ctx: Context) -> None:
        found = await self.field().shown(ctx, await self._cart(ctx), self.country)
        assert found is not None, f"it matters to nobody in {self.country}"
        assert found.label.strip()
        assert len(self.right) <= found.limit

    async def test_what_is_right_is_kept_and_empty_takes_it_back(self, ctx: Context) -> None:
        field, cart = self.field(), await self._cart(ctx)
        await field.keep(ctx, cart, self.right)
        kept = await field.shown(ctx, cart, self.country)
        assert kept is not None and kept.value and not kept.problem
        await field.keep(ctx, cart, "")
        gone = await field.shown(ctx, cart, self.country)
        assert gone is not None and gone.value == ""

    async def test_what_is_wrong_is_refused_in_words_and_changes_nothing(self, ctx: Context) -> None:
        field, cart = self.field(), await self._cart(ctx)
        await field.keep(ctx, cart, self.right)
        before = await field.shown(ctx, cart, self.country)
        for wrong in self.wrong:
            assert str(await raised(FieldRefused, field.keep(ctx, cart, wrong))).strip()
        assert await field.shown(ctx, cart, self.country) == before

    async def _cart(self, ctx: Context) -> str:
        made = await create_cart(ctx, NewCart())
        assert made.cart is not None
        return made.cart.key
