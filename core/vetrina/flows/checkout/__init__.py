"""From a quoted cart to an order: checked, submitted once, followed; and paying what a link asks for."""
