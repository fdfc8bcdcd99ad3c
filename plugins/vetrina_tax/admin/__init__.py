"""The plugin's pages in the admin: overview, rates, OSS report, VAT ids, exemptions; and an order's card."""

from vetrina.plugin import Say
from vetrina.plugin.admin import Action, AdminPage, AdminPanel, AdminTile
from vetrina_tax.admin import country, exemptions, numbers, order, overview, rates, report
from vetrina_tax.admin.forms import ExemptionForm, QuarterForm, RateForm
from vetrina_tax.settings import TaxSettings

READ, WRITE = "tax.read", "tax.write"


def pages(settings: TaxSettings) -> list[AdminPage | AdminPanel | AdminTile]:
    """Six pages, of which the first stands in the menu and leads to the others."""
    written = (
        Action("write", country.write, WRITE, RateForm),
        Action("remove", country.remove, WRITE),
    )
    checked = (Action("check", numbers.check(settings), WRITE),)
    exempted = (
        Action("exempt", exemptions.exempt_customer, WRITE, ExemptionForm),
        Action("end", exemptions.end, WRITE),
    )
    reported = (Action("quarter", report.choose, READ, QuarterForm), Action("csv", report.as_csv, READ))
    shown = overview.show(settings)
    return [
        AdminPage("", Say("VAT", "IVA"), READ, shown, (Action("count", overview.count, WRITE),), section="money"),
        AdminPage("rates", Say("VAT rates", "Aliquote IVA"), READ, rates.show(settings), is_in_menu=False),
        AdminPage("rates/{country}", Say("VAT rates", "Aliquote IVA"), READ, country.show, written, is_in_menu=False),
        AdminPage("report", Say("OSS report", "Dichiarazione OSS"), READ, report.show, reported, is_in_menu=False),
        AdminPage("numbers", Say("VAT ids", "Partite IVA"), READ, numbers.show, checked, is_in_menu=False),
        AdminPage("exemptions", Say("Exemptions", "Esenzioni"), READ, exemptions.show, exempted, is_in_menu=False),
        AdminPanel("order.side", Say("VAT", "IVA"), READ, order.panel),
        AdminTile("threshold", READ, overview.tile(settings)),
    ]
