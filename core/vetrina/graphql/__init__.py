"""GraphQL for both doors and all plugins: fields in batches, ids, connections, what mutations answer, limits, HTTP."""

from vetrina.graphql.connections import (
    Connection,
    Edge,
    PageArgs,
    PageInfo,
    connect,
    connect_list,
    connect_page,
    page_args,
    read_cursor,
    write_cursor,
)
from vetrina.graphql.fields import Info, batch, ctx_of, keep, once, read_from, root
from vetrina.graphql.ids import gid, int_key_of, key_of, split_gid
from vetrina.graphql.mutations import UserError, UserErrorRow, answer, user_errors
from vetrina.graphql.nodes import IdArgument, Keyed, forward, id_field, newest_first
from vetrina.graphql.paging import connection_of, empty, window_args, window_of
from vetrina.graphql.published import implements, many, optional, published, union_of
from vetrina.graphql.references import load_reference, load_references

__all__ = [
    "Connection",
    "Edge",
    "IdArgument",
    "Info",
    "Keyed",
    "PageArgs",
    "PageInfo",
    "UserError",
    "UserErrorRow",
    "answer",
    "batch",
    "connect",
    "connect_list",
    "connect_page",
    "connection_of",
    "ctx_of",
    "empty",
    "forward",
    "gid",
    "id_field",
    "implements",
    "int_key_of",
    "keep",
    "key_of",
    "load_reference",
    "load_references",
    "many",
    "newest_first",
    "once",
    "optional",
    "page_args",
    "published",
    "read_cursor",
    "read_from",
    "root",
    "split_gid",
    "union_of",
    "user_errors",
    "window_args",
    "window_of",
    "write_cursor",
]
