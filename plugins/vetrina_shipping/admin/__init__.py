"""The plugin's pages in the admin."""

from vetrina.plugin.admin import AdminPage, AdminPanel


def pages() -> list[AdminPage | AdminPanel]:
    """None yet."""
    return []
