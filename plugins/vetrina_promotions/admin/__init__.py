"""The plugin's pages in the admin: discounts, one discount with its codes, gift cards, one card with its ledger."""

from vetrina.plugin import Say
from vetrina.plugin.admin import Action, AdminPage, AdminPanel
from vetrina_promotions.admin import card, card_forms, cards, discount, discounts, forms, new, order

READ, WRITE = "promotions.read", "promotions.write"
READ_CARDS, WRITE_CARDS = "promotions.cards.read", "promotions.cards.write"


def pages() -> list[AdminPage | AdminPanel]:
    """Two in the menu; forms for each kind; a panel beside orders."""
    return [
        AdminPage(
            "discounts", Say("Discounts", "Sconti"), READ, discounts.show,
            (Action("find", discounts.find, READ, forms.FindForm),), section="sales",
        ),
        *(
            AdminPage(
                f"discounts/new/{kind.path}", kind.title, WRITE, new.showing(kind),
                (Action("create", new.creating(kind), WRITE, kind.form),), is_in_menu=False,
            )
            for kind in new.KINDS
        ),
        AdminPage(
            "discounts/{id}", Say("Discount", "Sconto"), READ, discount.show,
            (
                *(Action(f"change-{kind.path}", discount.changing(kind), WRITE, kind.form) for kind in new.KINDS),
                Action("pause", discount.pause, WRITE),
                Action("resume", discount.resume, WRITE),
                Action("remove", discount.remove, WRITE),
                Action("add-codes", discount.add, WRITE, forms.CodesForm),
                Action("draw-codes", discount.draw, WRITE, forms.DrawForm),
                Action("remove-code", discount.remove_one, WRITE),
            ),
            is_in_menu=False,
        ),
        AdminPage(
            "cards", Say("Gift cards", "Carte regalo"), READ_CARDS, cards.show,
            (
                Action("find", cards.find, READ_CARDS, card_forms.FindForm),
                Action("issue", cards.issue, WRITE_CARDS, card_forms.IssueForm),
            ),
            section="sales",
        ),
        AdminPage(
            "cards/{id}", Say("Gift card", "Carta regalo"), READ_CARDS, card.show,
            (
                Action("adjust", card.adjust, WRITE_CARDS, card_forms.AdjustForm),
                Action("disable", card.disable, WRITE_CARDS),
            ),
            is_in_menu=False,
        ),
        AdminPanel("order.side", Say("Gift cards sold", "Carte regalo vendute"), READ_CARDS, order.panel),
    ]  # fmt: skip
