"""Silver, to touch money or customers: ports keep their contracts, settings are tried, people can be forgotten."""

from vetrina.kernel.errors import Refusal
from vetrina.plugin.contributions import Provide
from vetrina.plugin.declarations import PersonalData
from vetrina.plugin.settings import PluginSettings
from vetrina.ports import PaymentProvider
from vetrina.testing.doctor.beside import run_tests
from vetrina.testing.doctor.forgetting import forgets
from vetrina.testing.doctor.grades import Check, Grade, Outcome, failed, passed, spared
from vetrina.testing.doctor.migrating import migrates
from vetrina.testing.doctor.patient import Patient, personal_columns, secrets_of
from vetrina.testing.doctor.serving import keeps_contract
from vetrina.testing.payment_contract import PaymentProviderContract
from vetrina.testing.suites import SUITES


async def ports(patient: Patient) -> Outcome:
    """Its own tests know best what to ask; a port whose suite needs no more than the implementation is asked here."""
    served: list[Provide] = patient.items(Provide)
    if not served:
        return spared("it serves no port")
    inherited, asked = patient.inherited(), list[str]()
    for item in served:
        suite = SUITES[item.port]
        if suite.__name__ in inherited:
            asked.append(f"{item.port.__name__} {item.key} in its own tests")
            continue
        problem = await keeps_contract(patient, item)
        if problem:
            return failed(
                f"{item.port.__name__} {item.key!r}: {problem}",
                f"inherit vetrina.testing's {suite.__name__} in a test of yours and name what it needs",
            )
        asked.append(f"{item.port.__name__} {item.key}")
    return passed(", ".join(asked))


async def settings(patient: Patient) -> Outcome:
    """Whoever pastes a key wants to hear at once that it is the wrong one."""
    if patient.settings is None:
        return spared("it has no settings")
    secrets = list(secrets_of(patient.settings))
    if not secrets:
        return spared("its settings hold no secret")
    model = patient.settings
    if issubclass(model, PluginSettings) and model.check is not PluginSettings.check:
        return passed(f"with {', '.join(secrets)}")
    return failed(
        f"{model.__name__} holds {', '.join(secrets)} and is kept without a try",
        "subclass PluginSettings and ask the vendor in `async def check(self, ctx)`, raising a Refusal",
    )


async def webhooks(patient: Patient) -> Outcome:
    """A body that anybody could have written is refused."""
    providers = [item for item in patient.items(Provide) if item.port is PaymentProvider]
    if not providers:
        return spared("nobody posts to it")
    for item in providers:
        for headers, body in PaymentProviderContract().forgeries():
            try:
                item.implementation.verify(headers, body)
            except Refusal:
                continue
            return failed(
                f"{item.key} took a body nobody signed: {body!r}",
                "verify() compares the vendor's signature, in constant time, before it reads anything",
            )
    return passed(", ".join(item.key for item in providers))


async def personal(patient: Patient) -> Outcome:
    """A column about a person is somebody's right to see it, and to have it gone."""
    columns = personal_columns(patient.tables)
    declared = [item.name for item in patient.items(PersonalData)]
    if not columns:
        return spared("its tables hold nothing about people, by the names of their columns")
    if declared:
        return passed(f"{', '.join(columns)}: declared as {', '.join(declared)}")
    return failed(
        f"{', '.join(columns)} are about people, and nothing says so",
        "return PersonalData from register_declarations: what it holds, export and erase",
    )


async def tests(patient: Patient) -> Outcome:
    """Really run, in a process of their own, with the network refused."""
    if not patient.tests:
        return spared("there are no tests beside the package")
    if patient.is_quick:
        return spared("its tests are left to whoever runs them")
    code, said = await run_tests(patient)
    if code == 0:
        return passed(said)
    return failed(said, "run pytest with `-p vetrina.testing.fixtures`, which refuses every other computer")


CHECKS = (
    Check(Grade.SILVER, "contracts", "every port it serves passes its contract suite", ports),
    Check(Grade.SILVER, "settings", "settings with secrets are tried before they are kept", settings),
    Check(Grade.SILVER, "webhooks", "a message that nobody signed is refused", webhooks),
    Check(Grade.SILVER, "personal data", "what its tables hold about people is declared", personal),
    Check(Grade.SILVER, "forgetting", "what it holds about a person can be exported and erased", forgets),
    Check(Grade.SILVER, "migrations", "up, down and up again, empty and filled, as the models say", migrates),
    Check(Grade.SILVER, "tests", "its tests pass, and reach no other computer", tests),
)
