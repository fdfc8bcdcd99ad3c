"""The life cycle of plugins: see, try, switch, configure, order and remove them; the admin and the CLI come here."""

from vetrina.plugin.desk.cards import PluginCard, PluginProblem, catalogue, plugin_card
from vetrina.plugin.desk.configuring import SettingsCard, configure, plugin_settings, try_settings
from vetrina.plugin.desk.contents import Contribution
from vetrina.plugin.desk.ordering import PortCard, PortPlace, port_orders, reorder
from vetrina.plugin.desk.refusals import PluginRefused, SettingsProblem, SettingsRefused
from vetrina.plugin.desk.switching import confirm, disable, enable

__all__ = [
    "Contribution",
    "PluginCard",
    "PluginProblem",
    "PluginRefused",
    "PortCard",
    "PortPlace",
    "SettingsCard",
    "SettingsProblem",
    "SettingsRefused",
    "catalogue",
    "configure",
    "confirm",
    "disable",
    "enable",
    "plugin_card",
    "plugin_settings",
    "port_orders",
    "reorder",
    "try_settings",
]
