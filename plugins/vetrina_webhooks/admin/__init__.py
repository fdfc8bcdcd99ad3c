"""The plugin's pages in the admin: endpoints, one endpoint with its log, one delivery with its attempts."""

from vetrina.plugin import Say
from vetrina.plugin.admin import Action, AdminPage
from vetrina_webhooks.admin import delivery, endpoint, endpoints
from vetrina_webhooks.admin.forms import EndpointForm, ReplayForm, RotateForm

READ, WRITE = "webhooks.read", "webhooks.write"


def pages() -> list[AdminPage]:
    """Three, of which the first stands in the menu."""
    on_endpoint = (
        Action("change", endpoint.change, WRITE, EndpointForm),
        Action("rotate", endpoint.rotate, WRITE, RotateForm),
        Action("replay-since", endpoint.replay_since, WRITE, ReplayForm),
        Action("test", endpoint.test, WRITE),
        Action("pause", endpoint.pause, WRITE),
        Action("resume", endpoint.resume, WRITE),
        Action("remove", endpoint.remove, WRITE),
    )
    register = Action("register", endpoints.register, WRITE, EndpointForm)
    again = Action("replay", delivery.replay, WRITE)
    one, of_one = Say("Endpoint", "Endpoint"), Say("Delivery", "Consegna")
    return [
        AdminPage("", Say("Webhooks", "Webhook"), READ, endpoints.show, (register,), section="settings"),
        AdminPage("endpoints/{id}", one, READ, endpoint.show, (*on_endpoint, again), is_in_menu=False),
        AdminPage("deliveries/{id}", of_one, READ, delivery.show, (again,), is_in_menu=False),
    ]
