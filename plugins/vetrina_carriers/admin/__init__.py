"""The plugin's pages: what is ready, labels, problems, how carriers do, days, accounts; an order's card, a tile."""

from vetrina.plugin import Say
from vetrina.plugin.admin import Action, AdminPage, AdminPanel, AdminTile, Export
from vetrina_carriers.admin import account, accounts, days, desk, label, labels, order, problems, scores, sending
from vetrina_carriers.admin.forms import DecideForm, ScoreForm
from vetrina_carriers.settings import CarriersSettings

READ, LABELS, ACCOUNTS = "carriers.read", "carriers.labels", "carriers.accounts"


def pages(settings: CarriersSettings) -> list[AdminPage | AdminPanel | AdminTile]:
    """Ten pages, of which the first stands in the menu and leads to the others."""
    on_account = (
        Action("save", account.save, ACCOUNTS, form_of=account.form_of),
        Action("try", account.attempt, ACCOUNTS),
        Action("switch", account.switch, ACCOUNTS),
    )
    on_label = (
        Action("cancel", label.cancel, LABELS),
        Action("decide", label.decide, LABELS, DecideForm),
        Action("settle", label.settle_now, LABELS),
    )
    on_parcel = (
        Action("price", sending.price, LABELS, form_of=sending.form_of),
        Action("buy", sending.buy, LABELS),
    )
    bulk = (Action("bulk", desk.buy_all, LABELS, form_of=desk.form_of),)
    close = (Action("close", days.close, LABELS, form_of=days.form_of),)
    register = (Action("register", accounts.register, ACCOUNTS, form_of=accounts.form_of),)
    choose = (Action("choose", scores.choose, READ, ScoreForm),)
    parcel = Say("Buy a label", "Compra un'etichetta")
    return [
        AdminPage("", Say("Carriers", "Corrieri"), READ, desk.show(settings), bulk, section="delivery"),
        AdminPage("labels", Say("Labels", "Etichette"), READ, labels.show, is_in_menu=False),
        AdminPage("labels/{id}", Say("Label", "Etichetta"), READ, label.show, on_label, is_in_menu=False),
        AdminPage("parcels/{id}", parcel, LABELS, sending.show, on_parcel, is_in_menu=False),
        AdminPage("problems", Say("Problems", "Problemi"), READ, problems.show(settings), is_in_menu=False),
        AdminPage("scores", Say("How carriers do", "Come vanno i corrieri"), READ, scores.show, choose,
                  is_in_menu=False, export=Export("carriers", scores.TITLES, scores.lines)),
        AdminPage("days", Say("End of the day", "Fine giornata"), READ, days.show, close, is_in_menu=False),
        AdminPage("accounts", Say("Accounts", "Contratti"), ACCOUNTS, accounts.show, is_in_menu=False),
        AdminPage("accounts/new/{carrier}", Say("New account", "Nuovo contratto"), ACCOUNTS, accounts.new, register,
                  is_in_menu=False),
        AdminPage("accounts/{id}", Say("Account", "Contratto"), ACCOUNTS, account.show, on_account, is_in_menu=False),
        AdminPanel("order.side", Say("Labels", "Etichette"), READ, order.panel),
        AdminTile("problems", READ, problems.tile(settings)),
    ]  # fmt: skip
