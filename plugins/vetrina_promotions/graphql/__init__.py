"""stub"""

from vetrina.plugin import GraphQLFields, GraphQLRoots


def contributed() -> list[GraphQLFields | GraphQLRoots]:
    return []
