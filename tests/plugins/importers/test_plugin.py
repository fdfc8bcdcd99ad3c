"""The plugin as the host sees it: its manifest, and one reader per format behind the port."""

from vetrina.plugin.loader import load


def test_the_plugin_reads_catalogues_and_histories() -> None:
    collected = load(["importers"])
    assert "importers" in [plugin.name for plugin in collected.loaded]
    provided = [provide for owner, provide in collected.ports if owner == "importers"]
    assert [(one.port.__name__, one.key) for one in provided] == [
        ("CatalogueFormat", "shopify"),
        ("CatalogueFormat", "vendure"),
        ("CatalogueFormat", "spree"),
        ("CatalogueFormat", "saleor"),
        ("CatalogueFormat", "olist"),
        ("OrderHistoryFormat", "uci"),
        ("OrderHistoryFormat", "northwind"),
    ]
    assert len({provide.implementation.title for provide in provided}) == len(provided) == 7
    assert all(provide.implementation.policy is provide.port.policy for provide in provided)
