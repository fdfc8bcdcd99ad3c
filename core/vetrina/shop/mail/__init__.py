"""Mail: what the shop writes to people, queued with what happened and sent by whoever serves the port."""
