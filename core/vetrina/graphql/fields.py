"""root and batch: how both doors and every plugin write resolvers; one call per field and level, never per object."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar, cast

import msgspec
import strawberry
from strawberry.types import Info as StrawberryInfo

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Fault, Unavailable
from vetrina.kernel.meters import WrongAnswer

Answer = TypeVar("Answer")
Resolver = Callable[..., Awaitable[Any]]

ROOT = "vetrina.root"
"""Metadata key under which a root field keeps its function; the plan calls it without a resolver around it."""
BATCH = "vetrina.batch"
"""Metadata key under which a field keeps its batch function; the plan calls it with all parents of a level."""
BY_CLASS = "vetrina_by_class"
"""Attribute of an `is_type_of` that asks for nothing but the row's class."""
PERMISSION = "vetrina.permission"
"""Metadata key under which a field keeps the permission it needs; None says that anybody may."""
SHARED = "vetrina.shared"
"""Metadata key under which a root field says that its answer is anybody's and may be kept for the next."""
PERSONAL = "vetrina.personal"
"""Metadata key under which a field says that its answer is for whoever asks: what selects it is kept for nobody."""


class RequestState(msgspec.Struct):
    """What strawberry calls the context: the shop's Context, this operation's batches in waiting, its memory."""

    ctx: Context
    batches: dict[tuple[int, str], "Batch"]
    memory: dict[tuple[Any, ...], Any] = msgspec.field(default_factory=dict[tuple[Any, ...], Any])
    """What the operation has read and others may use; see `once` and `keep`."""
    coming: dict[tuple[Any, ...], asyncio.Future[Any]] = msgspec.field(
        default_factory=dict[tuple[Any, ...], "asyncio.Future[Any]"]
    )
    """What is being read for it, and what could not be."""


Info = StrawberryInfo[RequestState, None]


def ctx_of(info: Info) -> Context:
    """The Context of the request a resolver works for."""
    return info.context.ctx


async def once(info: Info, key: tuple[Any, ...], load: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """What several fields of one operation need, read once: siblings that ask for the same key share the answer."""
    state = info.context
    if key in state.memory:
        return state.memory[key]
    if key in state.coming:
        return await state.coming[key]
    coming = state.coming[key] = asyncio.get_running_loop().create_future()
    try:
        answer = state.memory[key] = await load()
    except BaseException as error:
        coming.set_exception(_shareable(error))
        coming.exception()  # perhaps no sibling is waiting for it: then it has been raised here
        raise
    coming.set_result(answer)
    return answer


def keep(info: Info, key: tuple[Any, ...], answer: Any) -> None:
    """Give `once` an answer that somebody has in hand already."""
    info.context.memory[key] = answer


def _shareable(error: BaseException) -> BaseException:
    """What siblings of a field that failed are told; one that was cut off leaves them nothing to go on with."""
    return error if isinstance(error, Exception) else Unavailable("a field that this one shares its rows with was cut")


def read_from(*rows: type) -> Any:
    """A type's `is_type_of`, assigned in its body: its objects are rows of these classes and no others.

    That a row's class alone decides is what lets the plan look at each class once instead of at each row.
    """

    def is_type_of(row: object, _: object) -> bool:
        return isinstance(row, rows)

    setattr(is_type_of, BY_CLASS, True)
    return staticmethod(is_type_of)


def root(
    function: Resolver | None = None, *, permission: str | None = None, shared: bool = False, **options: Any
) -> Any:
    """A root field: `async def products(self, info: Info, first: int | None = None, ...)`.

    An argument with default None is optional on the wire and has no default there. What a `shared` one answers
    depends on its arguments, the place and the shop's tables alone, and is the same for all who ask.
    """
    if function is None:

        def decorate(function: Resolver) -> Any:
            return root(function, permission=permission, shared=shared, **options)

        return decorate

    async def resolve(_: Any, info: Info, **arguments: Any) -> Any:
        if permission is not None:
            ctx_of(info).require(permission)
        return await function(None, info, **given(arguments))

    _dress(resolve, function)
    metadata = {ROOT: function, PERMISSION: permission, SHARED: shared}
    return strawberry.field(resolver=resolve, metadata=metadata, **options)


def batch(
    function: Callable[..., Awaitable[Sequence[Any]]],
    *,
    permission: str | None = None,
    personal: bool = False,
    **options: Any,
) -> Any:
    """A field resolved for all its parents at once: `async def load(parents, info, ...) -> list`, in their order.

    A result that is an exception becomes that parent's error and leaves the others alone. Annotate the strawberry
    field with its type: `variants: VariantConnection = batch(load_variants)`; the function's own return annotation
    is for readers. A field whose answer depends on who asks, or on chance, is `personal`.
    """

    async def resolve(parent: Any, info: Info, **arguments: Any) -> Any:
        if permission is not None:
            ctx_of(info).require(permission)
        raw = cast(Any, info)._raw_info  # the same selection has the same arguments, whatever the parent
        key = (id(raw.field_nodes[0]), raw.parent_type.name)
        waiting = info.context.batches.get(key)
        if waiting is None:
            waiting = info.context.batches[key] = Batch(function, info, given(arguments), key)
        return await waiting.add(parent)

    _dress(resolve, function, parent_first=True)
    metadata = {BATCH: function, PERMISSION: permission, PERSONAL: personal}
    return strawberry.field(resolver=resolve, metadata=metadata, **options)


class Batch:
    """Parents gathered until the loop has run every sibling that is ready, then resolved in one call."""

    def __init__(
        self, function: Callable[..., Awaitable[Sequence[Any]]], info: Info, arguments: dict[str, Any], key: Any
    ) -> None:
        self._function = function
        self._info = info
        self._arguments = arguments
        self._key = key
        self._parents: list[Any] = []
        self._answers: list[asyncio.Future[Any]] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, parent: Any) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._parents.append(parent)
        self._answers.append(answer)
        if self._task is None:
            self._task = asyncio.create_task(self._resolve())
        return answer

    async def _resolve(self) -> None:
        # Siblings of one level become ready over a few turns of the loop, as their own parents complete.
        known = -1
        while known != len(self._parents):
            known = len(self._parents)
            for _ in range(3):
                await asyncio.sleep(0)
        self._info.context.batches.pop(self._key, None)
        try:
            results = await self._function(self._parents, self._info, **self._arguments)
            check_count(self._function, self._parents, results)
        except Exception as error:  # every parent of the batch gets it; the executor reports it
            results = [error] * len(self._parents)
        for answer, result in zip(self._answers, results, strict=True):
            if answer.done():
                continue
            if isinstance(result, Exception):
                answer.set_exception(result)
            else:
                answer.set_result(result)


def check_count(function: Resolver, parents: Sequence[Any], results: Sequence[Any]) -> None:
    """Raises Fault when a batch function did not answer for each parent: its answers could not be told apart."""
    if results.__class__ is list and len(results) == len(parents):
        return
    name = getattr(function, "__qualname__", repr(function))
    if not isinstance(cast(Any, results), Sequence):
        raise WrongAnswer(f"{function.__module__}.{name} answered {type(results).__name__} instead of a list")
    if len(results) != len(parents):
        raise Fault(f"{function.__module__}.{name} answered {len(results)} times for {len(parents)} parents")


def given(arguments: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the document did not say, so that the function's own defaults hold."""
    return {name: value for name, value in arguments.items() if value is not strawberry.UNSET}


def _dress(resolve: Any, function: Callable[..., Any], *, parent_first: bool = False) -> None:
    """Give the resolver the function's wire arguments: all but its first two parameters.

    Annotations stay as they were written: strawberry resolves them later, in the function's module, so that types
    may be named before they are defined.
    """
    parameters = [
        parameter.replace(
            kind=inspect.Parameter.KEYWORD_ONLY,
            default=strawberry.UNSET if parameter.default is None else parameter.default,
        )
        for parameter in list(inspect.signature(function).parameters.values())[2:]
    ]
    first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
    returned = inspect.Signature.empty if parent_first else function.__annotations__["return"]
    resolve.__signature__ = inspect.Signature([first, info, *parameters], return_annotation=returned)
    resolve.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters} | {"info": Info}
    if not parent_first:
        resolve.__annotations__["return"] = returned
    resolve.__module__ = function.__module__
    resolve.__name__ = function.__name__
    resolve.__doc__ = function.__doc__
