"""What plugin authors import."""

from vetrina.kernel.context import Context
from vetrina.kernel.jobs import Job
from vetrina.kernel.meters import WrongAnswer
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots, Provide, React, UnionMembers
from vetrina.plugin.declarations import (
    DemoRows,
    HealthCheck,
    Kpi,
    LedgerCheck,
    MetafieldDefinition,
    Period,
    Person,
    PersonalData,
)
from vetrina.plugin.hookspecs import hookimpl
from vetrina.plugin.means import Means
from vetrina.plugin.settings import PluginSettings
from vetrina.plugin.site import Site
from vetrina.plugin.words import Say, Words

__all__ = [
    "Context",
    "DemoRows",
    "GraphQLFields",
    "GraphQLRoots",
    "HealthCheck",
    "Job",
    "Kpi",
    "LedgerCheck",
    "Means",
    "MetafieldDefinition",
    "Period",
    "Person",
    "PersonalData",
    "PluginSettings",
    "Provide",
    "React",
    "Say",
    "Site",
    "UnionMembers",
    "Words",
    "WrongAnswer",
    "hookimpl",
]
