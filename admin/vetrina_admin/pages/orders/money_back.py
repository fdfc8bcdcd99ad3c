"""What whoever may not send money back is told beforehand: how much would go back, and who may."""

from vetrina.views.staff_members import staff_members
from vetrina_admin.pages.visits import Visit
from vetrina_admin.pages.written import money_text

SENDS = "payments.write"
MOST_NAMED = 3
MOST_ASKED = 200


async def money_back_note(visit: Visit, amount: int, currency: str) -> str:
    """Why a form that would send `amount` minor units back is not for this visitor; empty where it is, or none would.

    Names a few colleagues who may, so that somebody can be asked.
    """
    if amount <= 0 or visit.may(SENDS):
        return ""
    people = await staff_members(visit.ctx.db, size=MOST_ASKED)
    names = [each.name or each.email for each in people if each.is_active and SENDS in each.permissions]
    told = money_text(amount, currency, visit.language)
    if not names:
        return visit.say("payments.back_by_others", amount=told)
    return visit.say("payments.back_by", amount=told, names=", ".join(names[:MOST_NAMED]))
