"""The people who work here: enrolled, signed in, known by their browsers; and tokens for programs."""
