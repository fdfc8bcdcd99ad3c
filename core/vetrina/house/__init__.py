"""Tools for people who build the house: generated documents, the lists of plugins, the first migration."""
