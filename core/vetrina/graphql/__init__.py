"""GraphQL for both doors and all plugins: fields in batches, ids, connections, limits, HTTP."""

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

__all__ = [
    "Connection",
    "Edge",
    "Info",
    "PageArgs",
    "PageInfo",
    "batch",
    "connect",
    "connect_list",
    "connect_page",
    "ctx_of",
    "gid",
    "int_key_of",
    "keep",
    "key_of",
    "once",
    "page_args",
    "read_cursor",
    "read_from",
    "root",
    "split_gid",
    "write_cursor",
]
