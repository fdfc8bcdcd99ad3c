"""What plugin authors import."""

from vetrina.kernel.context import Context
from vetrina.kernel.jobs import Job
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots, Provide, React
from vetrina.plugin.hookspecs import hookimpl
from vetrina.plugin.site import Site

__all__ = ["Context", "GraphQLFields", "GraphQLRoots", "Job", "Provide", "React", "Site", "hookimpl"]
