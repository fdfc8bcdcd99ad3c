"""Examine a plugin: every check in turn; one that stumbles has failed."""

from collections.abc import Callable, Sequence

from vetrina.plugin.manifest import ManifestRefused
from vetrina.testing.doctor import bronze, gold, silver
from vetrina.testing.doctor.grades import Check, Finding, Grade, Outcome, Report, failed
from vetrina.testing.doctor.patient import Patient
from vetrina.testing.network import no_network

CHECKS: tuple[Check, ...] = (*bronze.CHECKS, *silver.CHECKS, *gold.CHECKS)


async def examine(
    name: str,
    *,
    quick: bool = False,
    tell: Callable[[Finding], None] = lambda finding: None,
    checks: Sequence[Check] = CHECKS,
) -> Report:
    """Run checks on a plugin, in shops of their own and without a network; `tell` hears of each as it ends.

    A `quick` examination leaves its tests, its types and its cost at the start to whoever looks at these anyway.
    """
    try:
        patient = Patient(name, quick=quick)
    except ManifestRefused as refusal:
        check = Check(Grade.BRONZE, "manifest", bronze.MANIFEST, bronze.manifest)
        finding = Finding(check, failed(str(refusal), "see the table of its keys in plugins/README.md"))
        tell(finding)
        return Report(name, (finding,))
    findings = list[Finding]()
    with no_network():
        for check in checks:
            finding = Finding(check, await _run(check, patient))
            findings.append(finding)
            tell(finding)
    return Report(name, tuple(findings))


async def _run(check: Check, patient: Patient) -> Outcome:
    try:
        return await check.run(patient)
    except Exception as error:  # whatever a plugin does under examination is a finding
        text = f"{type(error).__name__}: {error}"[:2_000]
        return failed(text, "read the message above as if the shop had said it: it would")
