"""python -m vetrina.cli: the vetrina command."""

from vetrina.cli import main

main()
