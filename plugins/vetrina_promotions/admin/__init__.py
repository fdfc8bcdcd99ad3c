"""stub"""

from vetrina.plugin.admin import AdminPage, AdminPanel


def pages() -> list[AdminPage | AdminPanel]:
    return []
