"""The plugin's pages in the admin: documents, one of them, the takings; and an order's card."""

from vetrina.plugin import Say
from vetrina.plugin.admin import Action, AdminPage, AdminPanel, AdminTile
from vetrina_invoices.admin import document, listing, order, register
from vetrina_invoices.admin.forms import DetailsForm, MonthForm, SoughtForm
from vetrina_invoices.settings import InvoicesSettings

READ, WRITE = "invoices.read", "invoices.write"


def pages(settings: InvoicesSettings) -> list[AdminPage | AdminPanel | AdminTile]:
    """Four pages, of which the first stands in the menu and leads to the others."""
    title = Say("Invoices", "Fatture")
    made = (
        Action("issue", order.issue(settings), WRITE, DetailsForm),
        Action("anew", order.anew(settings), WRITE, DetailsForm),
    )
    return [
        AdminPage(
            "", title, READ, listing.show(settings), (Action("find", listing.find, READ, SoughtForm),), section="money"
        ),
        AdminPage("documents/{document}", Say("Document", "Documento"), READ, document.show, is_in_menu=False),
        AdminPage(
            "orders/{order}",
            Say("Invoice of an order", "Fattura di un ordine"),
            READ,
            order.show(settings),
            made,
            is_in_menu=False,
        ),
        AdminPage(
            "takings",
            Say("Daily takings", "Corrispettivi"),
            READ,
            register.show,
            (Action("month", register.choose, READ, MonthForm),),
            is_in_menu=False,
        ),
        AdminPanel("order.side", title, READ, order.panel(settings)),
    ]
