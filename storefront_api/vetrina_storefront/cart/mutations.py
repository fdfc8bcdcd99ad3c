"""The mutations of a cart. Each is one flow; what goes in and comes out is translated here."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from vetrina.flows.cart.addresses import add_addresses, remove_addresses, replace_addresses, update_addresses
from vetrina.flows.cart.carts import (
    NewCart,
    clone_cart,
    create_cart,
    remove_personal_data,
    update_attributes,
    update_note,
)
from vetrina.flows.cart.changes import CartOutcome, CartProblem, refusable
from vetrina.flows.cart.codes import add_gift_cards, remove_gift_cards, update_discount_codes, update_gift_cards
from vetrina.flows.cart.delivery import select_delivery_options
from vetrina.flows.cart.identity import update_buyer_identity
from vetrina.flows.cart.lines import add_lines, remove_lines, update_lines
from vetrina.flows.cart.metafields import MetafieldsOutcome, delete_metafield, set_metafields
from vetrina.flows.cart.payment import choose_payment, update_billing_address
from vetrina.graphql import Info, ctx_of, root
from vetrina.kernel.context import Context
from vetrina_storefront.address_inputs import MailingAddressInput, mailing_value
from vetrina_storefront.attributes import AttributeInput
from vetrina_storefront.cart.inputs import (
    CartBuyerIdentityInput,
    CartInput,
    CartLineInput,
    CartLineUpdateInput,
    CartMetafieldDeleteInput,
    CartMetafieldsSetInput,
    CartSelectableAddressInput,
    CartSelectableAddressUpdateInput,
    CartSelectedDeliveryOptionInput,
    added_addresses,
    added_lines,
    changed_addresses,
    changed_lines,
    delivery_choices,
    entry,
    identity,
    metafield_name,
    new_cart,
    pairs,
)
from vetrina_storefront.cart.payloads import (
    CartAttributesUpdatePayload,
    CartBillingAddressUpdatePayload,
    CartBuyerIdentityUpdatePayload,
    CartClonePayload,
    CartCreatePayload,
    CartDeliveryAddressesAddPayload,
    CartDeliveryAddressesRemovePayload,
    CartDeliveryAddressesReplacePayload,
    CartDeliveryAddressesUpdatePayload,
    CartDiscountCodesUpdatePayload,
    CartGiftCardCodesAddPayload,
    CartGiftCardCodesRemovePayload,
    CartGiftCardCodesUpdatePayload,
    CartLinesAddPayload,
    CartLinesRemovePayload,
    CartLinesUpdatePayload,
    CartMetafieldDeletePayload,
    CartMetafieldsSetPayload,
    CartNoteUpdatePayload,
    CartPaymentUpdatePayload,
    CartRemovePersonalDataPayload,
    CartSelectedDeliveryOptionsUpdatePayload,
    deleted_payload,
    payload,
    set_payload,
)
from vetrina_storefront.cart.payment_inputs import CartPaymentInput, payment_choice
from vetrina_storefront.cart.rows import LINE_TYPES, card_in, cart_key, number_in

Flow = Callable[..., Awaitable[CartOutcome]]


@strawberry.type
class CartMutation:
    @root(description="Opens a cart.")
    async def cart_create(self, info: Info, input: CartInput | None = None) -> CartCreatePayload | None:  # noqa: A002
        given = new_cart(input) if input else NewCart()
        return payload(info, await create_cart(ctx_of(info), given))

    @root(description="Opens another cart with the same goods, without the buyer.")
    async def cart_clone(self, info: Info, cart_id: strawberry.ID) -> CartClonePayload | None:
        return await _told(info, clone_cart, cart_id)

    @root(description="Puts lines in a cart.")
    async def cart_lines_add(
        self, info: Info, cart_id: strawberry.ID, lines: list[CartLineInput]
    ) -> CartLinesAddPayload | None:
        return await _told(info, add_lines, cart_id, added_lines(lines))

    @root(description="Changes lines of a cart.")
    async def cart_lines_update(
        self, info: Info, cart_id: strawberry.ID, lines: list[CartLineUpdateInput]
    ) -> CartLinesUpdatePayload | None:
        return await _told(info, update_lines, cart_id, changed_lines(lines))

    @root(description="Takes lines out of a cart.")
    async def cart_lines_remove(
        self, info: Info, cart_id: strawberry.ID, line_ids: list[strawberry.ID]
    ) -> CartLinesRemovePayload | None:
        return await _told(info, remove_lines, cart_id, [number_in(one, *LINE_TYPES) for one in line_ids])

    @root(description="Writes the note of a cart.")
    async def cart_note_update(self, info: Info, cart_id: strawberry.ID, note: str) -> CartNoteUpdatePayload | None:
        return await _told(info, update_note, cart_id, note)

    @root(description="Replaces the attributes of a cart.")
    async def cart_attributes_update(
        self, info: Info, cart_id: strawberry.ID, attributes: list[AttributeInput]
    ) -> CartAttributesUpdatePayload | None:
        return await _told(info, update_attributes, cart_id, pairs(attributes))

    @root(description="Says who buys a cart, and from where.")
    async def cart_buyer_identity_update(
        self, info: Info, cart_id: strawberry.ID, buyer_identity: CartBuyerIdentityInput
    ) -> CartBuyerIdentityUpdatePayload | None:
        return await _told(info, update_buyer_identity, cart_id, identity(buyer_identity))

    @root(description="Replaces the discount codes of a cart.")
    async def cart_discount_codes_update(
        self, info: Info, cart_id: strawberry.ID, discount_codes: list[str]
    ) -> CartDiscountCodesUpdatePayload | None:
        return await _told(info, update_discount_codes, cart_id, discount_codes)

    @root(description="Pays a cart with more gift cards.")
    async def cart_gift_card_codes_add(
        self, info: Info, cart_id: strawberry.ID, gift_card_codes: list[str]
    ) -> CartGiftCardCodesAddPayload | None:
        return await _told(info, add_gift_cards, cart_id, gift_card_codes)

    @root(description="Replaces the gift cards that pay a cart.")
    async def cart_gift_card_codes_update(
        self, info: Info, cart_id: strawberry.ID, gift_card_codes: list[str]
    ) -> CartGiftCardCodesUpdatePayload | None:
        return await _told(info, update_gift_cards, cart_id, gift_card_codes)

    @root(description="Takes gift cards off a cart.")
    async def cart_gift_card_codes_remove(
        self, info: Info, cart_id: strawberry.ID, applied_gift_card_ids: list[strawberry.ID]
    ) -> CartGiftCardCodesRemovePayload | None:
        return await _told(info, remove_gift_cards, cart_id, [card_in(one) for one in applied_gift_card_ids])

    @root(description="Adds delivery addresses to a cart.")
    async def cart_delivery_addresses_add(
        self, info: Info, cart_id: strawberry.ID, addresses: list[CartSelectableAddressInput]
    ) -> CartDeliveryAddressesAddPayload | None:
        return await _told(info, add_addresses, cart_id, added_addresses(addresses))

    @root(description="Changes delivery addresses of a cart.")
    async def cart_delivery_addresses_update(
        self, info: Info, cart_id: strawberry.ID, addresses: list[CartSelectableAddressUpdateInput]
    ) -> CartDeliveryAddressesUpdatePayload | None:
        return await _told(info, update_addresses, cart_id, changed_addresses(addresses))

    @root(description="Forgets delivery addresses of a cart.")
    async def cart_delivery_addresses_remove(
        self, info: Info, cart_id: strawberry.ID, address_ids: list[strawberry.ID]
    ) -> CartDeliveryAddressesRemovePayload | None:
        return await _told(
            info, remove_addresses, cart_id, [number_in(one, "CartSelectableAddress") for one in address_ids]
        )

    @root(description="Gives a cart other delivery addresses.")
    async def cart_delivery_addresses_replace(
        self, info: Info, cart_id: strawberry.ID, addresses: list[CartSelectableAddressInput]
    ) -> CartDeliveryAddressesReplacePayload | None:
        return await _told(info, replace_addresses, cart_id, added_addresses(addresses))

    @root(description="Chooses how the groups of a cart travel.")
    async def cart_selected_delivery_options_update(
        self, info: Info, cart_id: strawberry.ID, selected_delivery_options: list[CartSelectedDeliveryOptionInput]
    ) -> CartSelectedDeliveryOptionsUpdatePayload | None:
        return await _told(info, select_delivery_options, cart_id, delivery_choices(selected_delivery_options))

    @root(description="Sets the address on the bill of a cart; without one the delivery address is taken.")
    async def cart_billing_address_update(
        self, info: Info, cart_id: strawberry.ID, billing_address: MailingAddressInput | None = None
    ) -> CartBillingAddressUpdatePayload | None:
        address = mailing_value(billing_address) if billing_address else None
        return await _told(info, update_billing_address, cart_id, address)

    @root(description="Chooses how a cart is paid. The amount is compared with what is due, never charged.")
    async def cart_payment_update(
        self, info: Info, cart_id: strawberry.ID, payment: CartPaymentInput
    ) -> CartPaymentUpdatePayload | None:
        async def choose(ctx: Context, key: str) -> CartOutcome:
            return await choose_payment(ctx, key, payment_choice(payment))

        return await _told(info, refusable(choose), cart_id)

    @root(description="Forgets who buys a cart.")
    async def cart_remove_personal_data(
        self, info: Info, cart_id: strawberry.ID
    ) -> CartRemovePersonalDataPayload | None:
        return await _told(info, remove_personal_data, cart_id)

    @root(description="Sets metafields of a cart, all or none.")
    async def cart_metafields_set(
        self, info: Info, metafields: list[CartMetafieldsSetInput]
    ) -> CartMetafieldsSetPayload | None:
        keys = [cart_key(one.owner_id) for one in metafields]
        strangers = [index for index, key in enumerate(keys) if key != keys[0]]
        if strangers:
            return set_payload(MetafieldsOutcome(errors=tuple(map(_of_another_cart, strangers))))
        entries = [entry(one.key, one.type, one.value) for one in metafields]
        return set_payload(await set_metafields(ctx_of(info), keys[0] if keys else "", entries))

    @root(description="Deletes a metafield of a cart.")
    async def cart_metafield_delete(
        self,
        info: Info,
        input: CartMetafieldDeleteInput,  # noqa: A002 the contract's word
    ) -> CartMetafieldDeletePayload | None:
        namespace, name = metafield_name(input.key)
        return deleted_payload(await delete_metafield(ctx_of(info), cart_key(input.owner_id), namespace, name))


async def _told(info: Info, flow: Flow, cart_id: str, *given: Any) -> Any:
    """What a flow over a cart came to, in the wire's words."""
    return payload(info, await flow(ctx_of(info), cart_key(cart_id), *given))


def _of_another_cart(index: int) -> CartProblem:
    message = "The metafields of one call belong to one cart."
    return CartProblem(code="INVALID_OWNER", message=message, field=("metafields", str(index), "owner_id"))
