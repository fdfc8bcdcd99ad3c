"""Global ids: gid://vetrina/<Type>/<key>; any namespace is accepted on the way in."""

import re

from vetrina.kernel.errors import BadInput

_GID = re.compile(r"gid://[a-z0-9_-]{1,40}/([A-Za-z0-9]{1,60})/([A-Za-z0-9_.-]{1,128})(\?[A-Za-z0-9_.=&-]{0,256})?")
_LARGEST_KEY = 2**63 - 1


def gid(type_name: str, key: object) -> str:
    """The public id of a node."""
    return f"gid://vetrina/{type_name}/{key}"


def split_gid(value: str, *, field: tuple[str, ...] | None = None) -> tuple[str, str]:
    """The type and key an id names. Raises BadInput for anything that is not a global id."""
    match = _GID.fullmatch(value) if len(value) <= 512 else None
    if match is None:
        raise BadInput(field=field, problem="This is not a valid global id, such as gid://vetrina/Product/1.")
    return match[1], match[2]


def key_of(value: str, *type_names: str, field: tuple[str, ...] | None = None) -> str:
    """The key of an id that must be of one of these types. Raises BadInput otherwise."""
    type_name, key = split_gid(value, field=field)
    if type_name not in type_names:
        raise BadInput(field=field, problem=f"This is the id of a {type_name}, not of a {' or '.join(type_names)}.")
    return key


def int_key_of(value: str, *type_names: str, field: tuple[str, ...] | None = None) -> int:
    """As key_of, for nodes whose key is a BIGINT."""
    key = key_of(value, *type_names, field=field)
    if not key.isdecimal() or not key.isascii() or int(key) > _LARGEST_KEY:
        raise BadInput(field=field, problem=f"This is not the id of a {' or '.join(type_names)}.")
    return int(key)
