"""Whether a person's rights are kept: what the plugin holds is exported, and gone once it was erased."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic_core import to_jsonable_python
from sqlalchemy.engine import make_url

from vetrina.plugin.declarations import Person, PersonalData
from vetrina.testing.doctor.filling import fill, holds
from vetrina.testing.doctor.grades import Outcome, failed, passed, spared
from vetrina.testing.doctor.patient import Patient
from vetrina.testing.making import EMAIL
from vetrina.testing.shop import a_shop


async def forgets(patient: Patient) -> Outcome:
    """Really asked, in a shop where somebody bought and the plugin's tables hold rows about her."""
    parts: list[PersonalData] = patient.items(PersonalData)
    if not parts:
        return spared("it declares nothing about people")
    tables = [table.name for table in patient.tables]
    async with a_shop([*patient.needed, patient.name]) as shop:
        order = await shop.order(email=EMAIL)
        await shop.deliver(even_failing=True)
        person = Person((EMAIL,), (order.customer_id,) if order.customer_id else (), (order.id,))
        file = Path(make_url(shop.settings.database_url).database or "")
        fill(file, tables, order.customer_id)
        for part in parts:
            told = await part.export(shop.ctx, person)
            if not isinstance(cast(Any, told), Mapping):
                return failed(
                    f"export of {part.name} answered {type(told).__name__}", "answer a mapping of plain values"
                )
            to_jsonable_python(told)
            async with shop.ctx.tx() as session:
                count = await part.erase(shop.ctx, session, person)
            if not isinstance(cast(Any, count), int):
                return failed(
                    f"erase of {part.name} answered {type(count).__name__}", "answer how many rows it touched"
                )
        kept = [part.name for part in parts if part.keep_for is not None]
        left = holds(file, tables, EMAIL)
    if left and not kept:
        return failed(
            f"erased, {', '.join(left)} still holds {EMAIL}", "erase every row that names one of person.emails"
        )
    return passed(f"{', '.join(part.name for part in parts)}{f'; kept by law: {kept}' if kept else ''}")
