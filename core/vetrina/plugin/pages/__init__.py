"""Pages for buyers: what the storefront's own and those of plugins share. No template, no web framework."""
