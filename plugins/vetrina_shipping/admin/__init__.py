"""The plugin's pages in the admin: zones, methods, locations, points, closing days, and a trial of them."""

from vetrina.plugin import Say
from vetrina.plugin.admin import Action, AdminPage, AdminPanel, Export
from vetrina_shipping.admin import forms, methods, places, points, trial, zones
from vetrina_shipping.flows.edition import READ, WRITE


def pages() -> list[AdminPage | AdminPanel]:
    """Five in the menu, and the pages of single things."""
    return [
        AdminPage("zones", Say("Delivery zones", "Zone di consegna"), READ, zones.show, section="delivery"),
        AdminPage(
            "zones/new", Say("New zone", "Nuova zona"), WRITE, zones.show_new,
            (Action("create", zones.create, WRITE, forms.ZoneForm),), is_in_menu=False,
        ),
        AdminPage(
            "zones/{id}", Say("Zone", "Zona"), READ, zones.show_one,
            (Action("change", zones.change, WRITE, forms.ZoneForm), Action("remove", zones.remove, WRITE)),
            is_in_menu=False,
        ),
        AdminPage(
            "zones/{id}/new", Say("New method", "Nuovo metodo"), WRITE, methods.show_new,
            (Action("create", methods.create, WRITE, forms.MethodForm),), is_in_menu=False,
        ),
        AdminPage(
            "methods/{id}", Say("Method", "Metodo"), READ, methods.show,
            (Action("change", methods.change, WRITE, forms.MethodForm), Action("remove", methods.remove, WRITE)),
            is_in_menu=False,
        ),
        *_around(),
    ]  # fmt: skip


def _around() -> list[AdminPage]:
    return [
        AdminPage(
            "locations", Say("Dispatch and collection", "Partenze e ritiri"), READ, places.show, section="delivery",
        ),
        AdminPage(
            "locations/{id}", Say("Location", "Sede"), READ, places.show_one,
            (Action("keep", places.keep, WRITE, forms.PlaceForm),), is_in_menu=False,
        ),
        AdminPage(
            "points", Say("Pickup points", "Punti di ritiro"), READ, points.show,
            (
                Action("find", points.find, READ, forms.FindForm),
                Action("keep", points.keep, WRITE, forms.PointForm),
                Action("bring", points.bring, WRITE, forms.ImportForm),
            ),
            section="delivery", export=Export("pickup-points", points.TITLES, points.lines),
        ),
        AdminPage(
            "points/{id}", Say("Pickup point", "Punto di ritiro"), READ, points.show_one,
            (Action("keep", points.keep, WRITE, forms.PointForm), Action("remove", points.remove, WRITE)),
            is_in_menu=False,
        ),
        AdminPage(
            "closings", Say("Closing days", "Giorni di chiusura"), READ, places.show_closings,
            (Action("add", places.add, WRITE, forms.ClosingForm), Action("remove", places.remove, WRITE)),
            section="delivery",
        ),
        AdminPage(
            "trial", Say("Try a delivery", "Prova una consegna"), READ, trial.show,
            (Action("ask", trial.ask, READ, forms.TrialForm),), section="delivery",
        ),
    ]  # fmt: skip
