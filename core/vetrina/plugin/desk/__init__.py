"""The life cycle of plugins: see, try, switch, configure, order and remove them; the admin and the CLI come here."""

from vetrina.plugin.desk.cards import PluginCard, PluginProblem, catalogue, plugin_card
from vetrina.plugin.desk.configuring import SettingsCard, configure, plugin_settings, try_settings
from vetrina.plugin.desk.contents import Contribution
from vetrina.plugin.desk.definitions import DefinitionCard, definitions
from vetrina.plugin.desk.figures import KpiResult, kpis
from vetrina.plugin.desk.health import CheckResult, health
from vetrina.plugin.desk.ordering import PortCard, PortPlace, port_orders, reorder
from vetrina.plugin.desk.persons import (
    ErasureCard,
    HeldPart,
    PersonExport,
    erase_person,
    erasures_of,
    export_person,
    personal_jobs,
)
from vetrina.plugin.desk.refusals import PluginRefused, SettingsProblem, SettingsRefused
from vetrina.plugin.desk.removing import Removal, remove, would_remove
from vetrina.plugin.desk.switching import confirm, disable, enable
from vetrina.plugin.desk.wellbeing import Wellbeing, wellbeing

__all__ = [
    "CheckResult",
    "Contribution",
    "DefinitionCard",
    "ErasureCard",
    "HeldPart",
    "KpiResult",
    "PersonExport",
    "PluginCard",
    "PluginProblem",
    "PluginRefused",
    "PortCard",
    "PortPlace",
    "Removal",
    "SettingsCard",
    "SettingsProblem",
    "SettingsRefused",
    "Wellbeing",
    "catalogue",
    "configure",
    "confirm",
    "definitions",
    "disable",
    "enable",
    "erase_person",
    "erasures_of",
    "export_person",
    "health",
    "kpis",
    "personal_jobs",
    "plugin_card",
    "plugin_settings",
    "port_orders",
    "remove",
    "reorder",
    "try_settings",
    "wellbeing",
    "would_remove",
]
