"""The machine's door: one ASGI application over the current Runtime."""
