"""What all plugins of a checkout contribute to the APIs, as a shop that has them all on composes it."""

from functools import lru_cache
from pathlib import Path

from vetrina.graphql.guarding import guarded
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.meters import Meters
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots
from vetrina.plugin.loader import load

PREFIX = "vetrina_"


@lru_cache(maxsize=2)
def contributed(root: Path) -> tuple[tuple[str, GraphQLFields | GraphQLRoots], ...]:
    """Pairs of owner and contribution, in loading order. Raises ManifestRefused for a plugin that cannot be loaded."""
    names = sorted(path.parent.name.removeprefix(PREFIX) for path in (root / "plugins").glob(f"{PREFIX}*/plugin.toml"))
    collected = load(names, strict=True)
    meters = Meters(SystemClock())
    speaks = {plugin.name: plugin.manifest.speaks for plugin in collected.loaded}
    return tuple((owner, guarded(owner, part, meters, speaks.get(owner, ()))) for owner, part in collected.graphql)
