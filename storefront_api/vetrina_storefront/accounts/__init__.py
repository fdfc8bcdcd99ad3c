"""The Customer Account API: an endpoint of its own, and the pages on which customers sign in to front ends."""
