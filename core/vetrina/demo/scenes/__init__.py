"""Scenes: which things stand where in each picture, one module for each shelf of the demo shop."""
