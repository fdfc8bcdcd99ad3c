"""Settings as they were sent: with a row or a card more, tried, or saved once they are right."""

from typing import Any

from vetrina.kernel.errors import NotAllowed, NotFound, NotSignedIn, Refusal
from vetrina.plugin.desk import SettingsProblem, SettingsRefused, configure, plugin_settings, try_settings
from vetrina.plugin.words import said
from vetrina_admin.pages.answers import Answer
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.model_forms import changed, opened, read_draft, values_of, wrong_with
from vetrina_admin.pages.plugins.details import shown
from vetrina_admin.pages.plugins.settings import fresh, typed_again
from vetrina_admin.pages.plugins.waiting import soon
from vetrina_admin.pages.refusals import told
from vetrina_admin.pages.visits import Told, Visit
from vetrina_admin.pages.wording import knows


async def change_settings(visit: Visit, form: Form) -> Answer:
    """Try settings or save them; or draw the form with a row more or less."""
    name = visit.part("name")
    known = await plugin_settings(visit.site, visit.ctx, name)
    if known is None:
        raise NotFound(what="The settings")
    sheet = fresh(visit, name, known)
    draft = read_draft(sheet.shape, form.fields)
    wish = form.get("do")
    if ":" in wish:
        draft = changed(sheet.shape, draft, wish)
        return await shown(visit, typed_again(sheet, draft, open_=opened(sheet.shape, draft, wish)))
    values, unread = values_of(sheet.shape, draft, visit.language)
    try:
        if wish == "try" or unread:
            await try_settings(visit.site, visit.ctx, name, values)
        else:
            await configure(visit.site, visit.ctx, name, values, form.get("token") or None)
    except SettingsRefused as refused:
        details = [_detail(visit, problem) for problem in refused.problems]
        wrong = wrong_with(visit.say, visit.language, sheet.shape, draft, details, unread)
        return await shown(visit, typed_again(sheet, draft, wrong), status=422)
    except (NotAllowed, NotSignedIn, NotFound):
        raise
    except Refusal as refusal:
        visit.told.append(Told(told(visit.say, refusal), "bad"))
        return await shown(visit, typed_again(sheet, draft), status=409)
    if unread:
        wrong = wrong_with(visit.say, visit.language, sheet.shape, draft, (), unread)
        return await shown(visit, typed_again(sheet, draft, wrong), status=422)
    if wish == "try":
        visit.told.append(Told(visit.say("plugins.tried"), "good"))
        return await shown(visit, typed_again(sheet, draft))
    visit.tell("plugins.configured")
    return soon(visit, f"/admin/plugins/{name}")


def _detail(visit: Visit, problem: SettingsProblem) -> dict[str, Any]:
    """A problem as pydantic tells it. What the plugin's check refuses has words by its code, or is its own sentence."""
    key = f"problem.{problem.code}"
    is_known = knows(key) and problem.facts
    message = visit.say(key, **problem.facts) if is_known else said(problem.message, visit.language)
    return {"loc": problem.field, "type": problem.code, "msg": message, "ctx": dict(problem.facts)}
