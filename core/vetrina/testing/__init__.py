"""The kit for plugin authors: fakes of the outside world, and one contract suite per port."""
