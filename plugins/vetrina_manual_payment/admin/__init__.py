"""The plugin's pages in the admin: awaited money, one order's receipt, a bank statement to be matched."""

from vetrina.plugin import Say
from vetrina.plugin.admin import Action, AdminPage
from vetrina_manual_payment.admin import matching, receipt, waiting
from vetrina_manual_payment.admin.forms import ReceiptForm, SearchForm, StatementForm
from vetrina_manual_payment.settings import ManualPaymentSettings

READ, WRITE = "payments.read", "payments.write"


def pages(settings: ManualPaymentSettings) -> list[AdminPage]:
    """Three, of which the first stands in the menu."""
    mark = Action("mark", receipt.mark, WRITE)
    search = Action("search", waiting.search, READ, SearchForm)
    actions = (Action("match", matching.match, READ, StatementForm), mark)
    statement = Say("Bank statement", "Estratto conto")
    return [
        AdminPage(
            "",
            Say("Awaited payments", "Pagamenti attesi"),
            READ,
            waiting.shown(settings),
            (search, mark),
            section="money",
        ),
        AdminPage(
            "orders/{id}",
            Say("Money has come", "È arrivato il denaro"),
            READ,
            receipt.show,
            (Action("record", receipt.record, WRITE, ReceiptForm),),
            is_in_menu=False,
        ),
        AdminPage("statement", statement, READ, matching.show, actions, is_in_menu=False),
    ]
