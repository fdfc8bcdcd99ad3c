"""Tools without a shop word: money, time, errors, the database, messages, jobs."""
