"""The plugin's pages in the admin: all mails, and one with its words, a preview and a test."""

from vetrina.plugin import Say
from vetrina.plugin.admin import Action, AdminPage
from vetrina_order_mails.admin import mail, mails
from vetrina_order_mails.admin.forms import ShowForm, WordsForm
from vetrina_order_mails.flows.editing import READ, WRITE


def pages() -> list[AdminPage]:
    """Two, of which the first stands in the menu."""
    on_one = (
        Action("write-en", mail.write_in("en"), WRITE, WordsForm),
        Action("write-it", mail.write_in("it"), WRITE, WordsForm),
        Action("reset-en", mail.reset_in("en"), WRITE),
        Action("reset-it", mail.reset_in("it"), WRITE),
        Action("switch", mail.switch, WRITE),
        Action("preview", mail.preview, READ, ShowForm),
        Action("test", mail.test, WRITE, ShowForm),
    )
    return [
        AdminPage("", Say("Order mails", "Mail sugli ordini"), READ, mails.show),
        AdminPage("mails/{mail}", Say("Mail", "Mail"), READ, mail.show, on_one, is_in_menu=False),
    ]
