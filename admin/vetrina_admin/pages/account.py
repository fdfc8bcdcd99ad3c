"""What is one's own: language, password, sessions."""

from vetrina.flows.staff_members import choose_language
from vetrina_admin.pages.answers import Answer, see_other
from vetrina_admin.pages.asking import local_path
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.screens import Room, action
from vetrina_admin.pages.visits import Visit


async def speak(visit: Visit, form: Form) -> Answer:
    """Change the language of the pages, and go on where the person was."""
    await choose_language(visit.ctx, form.get("language"))
    return see_other(visit, local_path(form.get("next")))


ROOM = Room(
    name="account",
    path="/account",
    can=None,
    screens=(action("/account/language", None, speak),),
)
