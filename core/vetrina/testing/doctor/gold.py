"""Gold, to ship with Vetrina: typed, frugal, translated, with a runbook, and cheap to start."""

import re
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from vetrina.plugin.contributions import GraphQLFields, React
from vetrina.plugin.declarations import DemoRows
from vetrina.plugin.words import LANGUAGES, Say, Words
from vetrina.testing.doctor.beside import check_types, cost_of_import, has_type_checker
from vetrina.testing.doctor.budget import budget
from vetrina.testing.doctor.deeds import unnamed
from vetrina.testing.doctor.grades import Check, Grade, Outcome, failed, passed, spared
from vetrina.testing.doctor.patient import Patient, models_of
from vetrina.testing.doctor.refusals import refusals_of, unsaid

AIM, LONGEST_IMPORT = 0.010, 0.050
"""Seconds of work; what its vendor's SDK takes is not counted. A busy computer takes several times its usual."""
SHOWN_ERRORS = 5


async def types(patient: Patient) -> Outcome:
    """As strict as the house itself is."""
    if patient.is_quick:
        return spared("its types are left to whoever checks them")
    if not has_type_checker():
        return spared("basedpyright is not installed")
    errors = await check_types(patient)
    if not errors:
        return passed("basedpyright, strict")
    more = f"\nand {len(errors) - SHOWN_ERRORS} more" if len(errors) > SHOWN_ERRORS else ""
    return failed("\n".join(errors[:SHOWN_ERRORS]) + more, "annotate what is not; `Any` where a library says nothing")


async def statements(patient: Patient) -> Outcome:
    """Really asked, for one and for twenty."""
    if not patient.items(GraphQLFields):
        return spared("it adds no field to a type of others")
    return await budget(patient)


async def translations(patient: Patient) -> Outcome:
    """Everything the admin shows of it, in every language the admin speaks."""
    silent = [f"{what} of plugin.toml in {language}" for what, language in _silent_words(patient)]
    silent += [f"{text!r}" for text in dict.fromkeys(_unsaid(patient))]
    silent += [f"the setting {name}" for name in _untitled(patient)]
    if silent:
        return failed(
            f"in one language alone: {', '.join(silent)}",
            'say it in [words.it], with Say(en=..., it=...), or in a field\'s json_schema_extra={"it": {"title": ...}}',
        )
    return passed(", ".join(LANGUAGES))


async def refusals(patient: Patient) -> Outcome:
    """Its health checks find them, and its pages and settings show them."""
    found = refusals_of(patient.package.package, patient.folder)
    silent = [what for refusal in found for what in unsaid(refusal)]
    if silent:
        return failed(
            f"not in every language: {', '.join(silent)}",
            'say it beside `text`, with the same {places}: texts = {"it": "Manca l\'inchiostro per {pages} pagine."}',
        )
    return passed(f"{len(found)} in {', '.join(LANGUAGES)}") if found else spared("it has no refusals of its own")


async def deeds(patient: Patient) -> Outcome:
    """The audit trail and the histories of orders tell them to people."""
    silent = unnamed(patient.folder, patient.manifest.deeds)
    if silent:
        return failed(
            f"without words: {', '.join(silent)}", 'name them in [deeds] of plugin.toml: "gifts.sent" = "Sent a gift"'
        )
    return passed() if patient.manifest.deeds else spared("it writes nothing into the audit log")


async def runbook(patient: Patient) -> Outcome:
    """Somebody will stand before a parked delivery, and not be its author."""
    if not patient.items(React):
        return spared("it reacts to nothing")
    if re.search(r"\bparked\b", patient.readme, re.IGNORECASE):
        return passed()
    return failed(
        "README.md does not say what to do when a delivery is parked",
        "say what may have failed, how to put it right, and whether to replay or to skip",
    )


async def start(patient: Patient) -> Outcome:
    """The only check that reads a clock, and generous: the better of two tries."""
    if patient.is_quick:
        return spared("its cost at the start is not measured")
    seconds = await cost_of_import(patient)
    told = f"{seconds * 1000:.1f} ms; the aim is {AIM * 1000:.0f}, the limit {LONGEST_IMPORT * 1000:.0f}"
    if seconds <= LONGEST_IMPORT:
        return passed(told)
    return failed(f"importing it takes {told}", "import a vendor's SDK inside the function that needs it")


def _silent_words(patient: Patient) -> Iterator[tuple[str, str]]:
    manifest = patient.manifest
    for language in LANGUAGES[1:]:
        said = manifest.words.get(language, {})
        named = (*manifest.permissions, *manifest.deeds)
        for what in ("title", *(["description"] if manifest.description else []), *named):
            if not said.get(what):
                yield what, language


def _unsaid(patient: Patient) -> Iterator[str]:
    """Texts of what it contributes that are words in one language."""
    for item in patient.items(msgspec.Struct):
        if isinstance(item, DemoRows | GraphQLFields):
            continue
        for name in ("title", "formula", "holds", "description", "because"):
            said: Words = getattr(item, name, "")
            if isinstance(said, str) and said:
                yield said
            elif isinstance(said, Say) and not (said.en and said.it):
                yield said.en or said.it


def _untitled(patient: Patient) -> Iterator[str]:
    if patient.settings is None:
        return
    for model in models_of(patient.settings):
        for name, field in model.model_fields.items():
            given: Any = field.json_schema_extra  # pyright: ignore[reportUnknownMemberType]
            extra = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
            for language in LANGUAGES[1:]:
                if not extra.get(language, {}).get("title"):
                    yield f"{model.__name__}.{name}"


CHECKS = (
    Check(Grade.GOLD, "types", "its types are strict", types),
    Check(Grade.GOLD, "statements", "its fields cost as many statements for 20 as for 1", statements),
    Check(Grade.GOLD, "translations", "all it says to the staff is said in every language", translations),
    Check(Grade.GOLD, "refusals", "what it refuses is said in every language, with the same facts", refusals),
    Check(Grade.GOLD, "deeds", "what it writes into the audit log has words", deeds),
    Check(Grade.GOLD, "runbook", "README.md says what to do about a parked delivery", runbook),
    Check(Grade.GOLD, "start", "importing it takes about 10 ms, or less", start),
)
