"""What a banking app reads from the picture on the order's page: the lines EPC069-12 wants, and nothing misleading."""

import io

import msgspec
import pytest
from PIL import Image

from vetrina.flows.orders.whole import mark_as_paid
from vetrina.flows.payments.payment_codes import code_url, payment_code
from vetrina.ports import AwaitedMoney, PaymentCodes
from vetrina.testing.payment_codes import PaymentCodesContract
from vetrina.testing.shop import Workshop
from vetrina.views.orders.placed import order_by_id
from vetrina.views.payments.standing import payments_of_orders
from vetrina_manual_payment.codes import TransferCodes
from vetrina_manual_payment.settings import ManualPaymentSettings

IBAN = "IT60X0542811101000000123456"
ACCOUNT = {"iban": IBAN, "account_holder": "Bottega Rossi & Figli srl", "bic": "BPPIITRRXXX"}
SPACED = "IT60 X054 2811 1010 0000 0123 456"


class TestCodes(PaymentCodesContract):
    awaited = AwaitedMoney(
        method="bank-transfer", amount=1_250, currency="EUR", order_name="#1001", language="it", instructions=(SPACED,)
    )

    def codes(self) -> PaymentCodes:
        return TransferCodes(ManualPaymentSettings.model_validate(ACCOUNT))

    async def test_its_lines_are_those_of_the_guidelines(self) -> None:
        told = await self.codes().code(self.awaited)
        assert (told or "").split("\n") == [
            "BCD", "002", "1", "SCT", "BPPIITRRXXX", "Bottega Rossi & Figli srl", IBAN, "EUR12.50", "", "",
            "Ordine #1001",
        ]  # fmt: skip
        sly = msgspec.structs.replace(self.awaited, order_name="#1\nEUR999.00", language="en")
        assert (await self.codes().code(sly) or "").split("\n")[10:] == ["Order #1 EUR999.00"]

    async def test_another_account_than_the_buyer_was_told_is_not_scanned(self) -> None:
        other = msgspec.structs.replace(self.awaited, instructions=("DE89 3704 0044 0532 0130 00",))
        assert await self.codes().code(other) is None


@pytest.mark.embedded
async def test_the_picture_is_there_for_the_link_while_money_is_awaited(shop: Workshop) -> None:
    await shop.configure("manual_payment", **ACCOUNT)
    placed = await shop.order(await shop.product(price="10.00"), payment="manual_payment:bank-transfer", paid=False)
    order = await order_by_id(shop.db, placed.id)
    assert order is not None
    told = await payment_code(shop.buyer, order, await payments_of_orders(shop.db, [order.id]))
    assert told is not None
    assert "EUR15.90" in told
    path = code_url(shop.buyer, order).removeprefix("https://shop.test")
    answer = await shop.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cache-control"] == "no-store"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.width == picture.height > 300
    assert (await shop.client.get(path.replace("/orders/1001/", "/orders/1002/"))).status_code == 404
    await mark_as_paid(shop.ctx, order.id)
    assert (await shop.client.get(path)).status_code == 404
