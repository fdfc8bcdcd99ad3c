"""What the plan executor promises beside being equal to the reference, which tests/differential compares."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.executor.gallery import LOG, BustRow, Log, PictureRow, gallery
from tests.support.shops import NOWHERE, StillClock, context, make_shop

from vetrina.graphql import execute
from vetrina.graphql.operations import Operations
from vetrina.graphql.plan.plan import Plan
from vetrina.graphql.plan.run import Run, Traced
from vetrina.graphql.planned import MOST_PLANS
from vetrina.kernel.context import BUYER, Context
from vetrina.kernel.db import open_database
from vetrina.kernel.errors import Unavailable

OPERATIONS = Operations(gallery())


@pytest.fixture
async def ctx(tmp_path: Path) -> AsyncGenerator[Context]:
    db = await open_database(f"sqlite:///{tmp_path / 'gallery.sqlite3'}")
    fresh = Log()
    LOG.calls, LOG.works, LOG.prices = fresh.calls, fresh.works, fresh.prices
    yield context(make_shop(db, StillClock()), NOWHERE, BUYER)
    await db.close()


async def ask(ctx: Context, text: str, **variables: Any) -> tuple[Any, list[tuple[list[str | int] | None, str]]]:
    """Data as it is encoded, and each error's path and message; a query's are those of the reference as well."""
    operation = OPERATIONS.prepare(text, None)
    assert not operation.errors, operation.errors
    result = await operation.run(variables, ctx)
    told = msgspec.json.encode(result.data)
    errors = [(error.path, error.message) for error in result.errors or ()]
    if not operation.is_mutation:
        calls = list(LOG.calls)
        schema = OPERATIONS._schema._schema
        reference = await execute.run(schema, operation._document, operation.node, variables, ctx)
        LOG.calls = calls
        assert msgspec.json.encode(reference.data) == told
        assert sorted(map(str, errors)) == sorted(str((error.path, error.message)) for error in reference.errors or ())
    return msgspec.json.decode(told), errors


async def test_a_field_is_asked_once_per_level_for_all_its_parents(ctx: Context) -> None:
    LOG.works = [PictureRow("1"), PictureRow("2"), BustRow("3")]
    data, errors = await ask(ctx, "{ works { neighbours { neighbours { id ... on Picture { price } } } } }")
    assert not errors
    assert len(data["works"][0]["neighbours"][2]["neighbours"]) == 3
    # Parents of an interface go on with those of their own type: of six neighbours of two pictures four are pictures.
    assert LOG.calls == [
        ("neighbours", 2), ("neighbours", 4), ("prices", 8), ("neighbours", 2), ("prices", 4),
        ("neighbours", 1), ("neighbours", 2), ("prices", 4), ("neighbours", 1), ("prices", 2),
    ]  # fmt: skip


async def test_a_bad_row_fails_alone_and_names_its_place(ctx: Context) -> None:
    LOG.works = [PictureRow("1"), PictureRow("2"), PictureRow("3")]
    LOG.prices = {"2": ValueError("sold"), "3": 2**40}
    data, errors = await ask(ctx, "{ pictures { price } }")
    assert data == {"pictures": [{"price": 100}, {"price": None}, {"price": None}]}
    assert [path for path, _ in errors] == [["pictures", 1, "price"], ["pictures", 2, "price"]]
    assert LOG.calls == [("prices", 3)]


async def test_a_null_goes_up_to_where_it_may_stand(ctx: Context) -> None:
    LOG.works = [PictureRow("1"), PictureRow("2", title=None), BustRow("3")]
    data, errors = await ask(ctx, "{ works { title } }")
    assert data == {"works": [{"title": "untitled"}, None, {"title": "untitled"}]}
    assert errors == [(["works", 1, "title"], "Cannot return null for non-nullable field Picture.title.")]
    data, errors = await ask(ctx, "{ pictures { id title } }")
    assert data is None
    assert errors[0][0] == ["pictures", 1, "title"]


async def test_a_member_of_no_known_type_is_an_error_of_its_place(ctx: Context) -> None:
    LOG.works = [PictureRow("1"), object(), BustRow("3")]
    data, [(path, _)] = await ask(ctx, "{ works { __typename } }")
    assert data == {"works": [{"__typename": "Picture"}, None, {"__typename": "Bust"}]}
    assert path == ["works", 1]


async def test_a_permission_is_asked_once_and_refuses_the_field_alone(ctx: Context) -> None:
    LOG.works = [PictureRow("1"), PictureRow("2")]
    data, errors = await ask(ctx, "{ pictures { id secret } }")
    assert data == {"pictures": [{"id": "1", "secret": None}, {"id": "2", "secret": None}]}
    assert len(errors) == 2
    assert LOG.calls == []


async def test_a_batch_that_forgets_a_row_answers_for_none(ctx: Context) -> None:
    LOG.works = [PictureRow("1"), PictureRow("2")]
    data, errors = await ask(ctx, "{ pictures { uneven } }")
    assert data == {"pictures": [{"uneven": None}, {"uneven": None}]}
    assert "answered 1 times for 2 parents" in errors[0][1]


async def test_resolvers_of_single_objects_work_with_their_arguments(ctx: Context) -> None:
    LOG.works = [PictureRow("1", title="sea")]
    data, _ = await ask(ctx, "query ($n: Int = 2) { pictures { shout a: shout(loudness: 3) b: shout(loudness: $n) } }")
    assert data == {"pictures": [{"shout": "SEA!", "a": "SEA!!!", "b": "SEA!!"}]}


async def test_a_flag_left_to_its_default_is_what_its_default_says(ctx: Context) -> None:
    LOG.works = [PictureRow("1")]
    text = "query ($on: Boolean = true) { pictures { id @include(if: $on) title @skip(if: $on) } }"
    assert await ask(ctx, text) == ({"pictures": [{"id": "1"}]}, [])
    assert await ask(ctx, text, on=False) == ({"pictures": [{"title": "untitled"}]}, [])
    assert await ask(ctx, text, on=True) == ({"pictures": [{"id": "1"}]}, [])


async def test_a_selection_is_what_all_its_places_say_together(ctx: Context) -> None:
    LOG.works = [PictureRow("1", title="sea")]
    text = """
        { a: picture { ...F } b: picture { ...F neighbours { other: title } } }
        fragment F on Picture { neighbours { id } }
    """
    data, _ = await ask(ctx, text)
    assert data == {"a": {"neighbours": [{"id": "1"}]}, "b": {"neighbours": [{"id": "1", "other": "sea"}]}}


async def test_of_an_unknown_selection_the_rows_type_is_told_first(ctx: Context) -> None:
    LOG.works = [BustRow("1")]
    data, [(path, message)] = await ask(ctx, "query ($on: Boolean = true) { picture { id @skip(if: $on) } }", on=None)
    assert data == {"picture": None}
    assert path == ["picture"]
    assert message.startswith("Expected value of type 'Picture'")
    LOG.works = [PictureRow("1")]
    _, [(path, message)] = await ask(ctx, "query ($on: Boolean = true) { picture { id @skip(if: $on) } }", on=None)
    assert "Expected variable '$on'" in message


async def test_plans_are_bounded_and_keep_nothing_of_a_request(ctx: Context) -> None:
    flags = [f"$f{number}: Boolean!" for number in range(5)]
    fields = [f"a{number}: id @include(if: $f{number})" for number in range(5)]
    text = f"query ({', '.join(flags)}, $tax: Int) {{ pictures {{ id price(tax: $tax) {' '.join(fields)} }} }}"
    operation = OPERATIONS.prepare(text, None)
    for number in range(32):
        await operation.run({f"f{bit}": bool(number >> bit & 1) for bit in range(5)} | {"tax": 7}, ctx)
    assert len(operation._plans) == MOST_PLANS
    assert operation.counts.compiled == 32
    variables = operation.coerce({f"f{bit}": True for bit in range(5)} | {"tax": 7})
    assert not isinstance(variables, list)
    assert set(operation._plans._only_flags(variables).coerced) == {f"f{bit}" for bit in range(5)}


async def test_root_fields_of_a_mutation_run_in_turn_and_once(ctx: Context) -> None:
    data, errors = await ask(
        ctx, 'mutation { a: hang(name: "one") { sure } b: hang(name: "unsure") { works sure } __typename }'
    )
    assert data == {"a": {"sure": "one"}, "b": None, "__typename": "Mutation"}
    assert errors == [(["b", "sure"], "Cannot return null for non-nullable field Hanging.sure.")]
    assert LOG.calls == [("hang one", 1), ("hang unsure", 1)]


async def test_after_a_field_that_may_not_be_null_nothing_more_of_a_mutation_runs(ctx: Context) -> None:
    data, errors = await ask(
        ctx,
        'mutation { a: hang(name: "1") { sure } b: hangForSure(name: "fails") { sure } c: hang(name: "2") { sure } }',
    )
    assert data is None
    assert errors == [(["b"], "the nail")]
    assert LOG.calls == [("hang 1", 1), ("hang fails", 1)]


async def test_a_plan_that_breaks_is_a_query_asked_again_and_a_mutation_never(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Plan, run: Run, fields: Any = None) -> Any:
        for field in self.fields:
            await field.step.source.read((None,), run)
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(Plan, "run", broken)
    LOG.works = [PictureRow("1")]
    query = OPERATIONS.prepare("{ pictures { title id } }", None)
    assert (await query.run({}, ctx)).data == {"pictures": [{"title": "untitled", "id": "1"}]}
    assert (query.counts.compiled, query.counts.deopt) == (1, 1)
    mutation = OPERATIONS.prepare('mutation { hang(name: "once") { works } }', None)
    result = await mutation.run({}, ctx)
    assert result.data is None
    assert result.errors
    assert LOG.calls == [("hang once", 1)]
    assert mutation.counts.deopt == 1


async def test_introspection_is_left_to_the_reference(ctx: Context) -> None:
    operation = OPERATIONS.prepare("{ __schema { queryType { name } } pictures { id } }", None)
    assert (await operation.run({}, ctx)).data == {"__schema": {"queryType": {"name": "QueryRoot"}}, "pictures": []}
    assert (operation.counts.compiled, operation.counts.fallback) == (0, 1)
    assert OPERATIONS.counts()["{ __schema { queryType { name } } pictures { id } }"].fallback == 1


async def test_the_deadline_is_looked_at_between_fields(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    LOG.works = [PictureRow("1")]
    seconds = iter(range(0, 1_000, 4))
    monkeypatch.setattr(Run, "now", lambda _: next(seconds))  # pyright: ignore
    operation = OPERATIONS.prepare("{ pictures { price neighbours { id } strictPrice } }", None)
    with pytest.raises(Unavailable):
        await operation.run({}, ctx)
    assert LOG.calls == [("prices", 1)]


async def test_a_trace_names_each_field_and_its_parents(ctx: Context) -> None:
    LOG.works = [PictureRow("1"), PictureRow("2")]
    trace: list[Traced] = []
    await OPERATIONS.prepare("{ pictures { id price } }", None).run({}, ctx, trace=trace)
    assert [(one.field, one.parents) for one in trace] == [("Picture.price", 2), ("QueryRoot.pictures", 1)]


async def test_enums_are_taken_by_name_and_written_by_name(ctx: Context) -> None:
    LOG.works = [PictureRow("1", frame="NONE"), PictureRow("2", frame="GOLD")]
    data, errors = await ask(ctx, "query ($f: Frame) { picture(frame: $f) { frame } }", f="WOOD")
    assert (data, errors) == ({"picture": {"frame": "NONE"}}, [])
    LOG.works = LOG.works[1:]
    data, [(path, _)] = await ask(ctx, "{ picture { frame } }")
    assert data == {"picture": None}
    assert path == ["picture", "frame"]
