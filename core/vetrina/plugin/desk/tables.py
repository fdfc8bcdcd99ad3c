"""A plugin's tables: made when it is switched on, dropped when it is removed.

What migrates is imported when it is needed: a server that changes no tables does without it.
"""

from vetrina.plugin.discovery import migrations


def bring_up(url: str, name: str) -> None:
    """Run the migrations a plugin has not run yet, in one transaction; in a thread, it takes its time."""
    from vetrina.kernel.migrate import upgrade

    folders = migrations()
    if name in folders:
        upgrade(url, folders)


def take_down(url: str, name: str) -> None:
    """Drop a plugin's tables by its own migrations, all or none; in a thread."""
    from vetrina.kernel.migrate import downgrade

    folders = migrations()
    if name in folders:
        downgrade(url, folders, name)
