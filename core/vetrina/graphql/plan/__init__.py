"""The plan executor: an operation compiled once and run breadth first, a field once per level for all its parents.

To read it: `plan` runs, `shapes` completes values, `sources` reads them, `assembling` writes the loop over rows,
`slots` turns failures into nulls at the end. `planner` makes all of this from a document; nothing else reads documents.
"""

from vetrina.graphql.plan.plan import Plan
from vetrina.graphql.plan.planner import Uncompilable, make_plan
from vetrina.graphql.plan.run import Run

__all__ = ["Plan", "Run", "Uncompilable", "make_plan"]
