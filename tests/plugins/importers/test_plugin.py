"""The plugin as the host sees it: its manifest, and one reader per format behind the port."""

from vetrina.plugin.loader import load
from vetrina.ports import CatalogueFormat


def test_the_plugin_serves_five_formats() -> None:
    collected = load(["importers"])
    assert "importers" in [plugin.name for plugin in collected.loaded]
    provided = [provide for owner, provide in collected.ports if owner == "importers"]
    assert {provide.port for provide in provided} == {CatalogueFormat}
    assert [provide.key for provide in provided] == ["shopify", "vendure", "spree", "saleor", "olist"]
    assert len({provide.implementation.title for provide in provided}) == 5
    assert all(provide.implementation.policy is CatalogueFormat.policy for provide in provided)
