"""Asking a port is guarded: a deadline, a breaker, and the plugin's name in what went wrong."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol, cast

import msgspec
import pytest
from tests.support.shops import StillClock

from vetrina.kernel.context import Context
from vetrina.kernel.contracts import fits
from vetrina.kernel.errors import Fault, Refusal, Unavailable
from vetrina.kernel.meters import OPENS_AFTER, STAYS_OPEN, Meters, WrongAnswer
from vetrina.kernel.registry import Policy, PortFailed, Ports, Provided


class Weather(Protocol):
    """A port for these tests."""

    policy: ClassVar[Policy] = Policy("required", 0.05)

    async def tomorrow(self) -> str: ...


class Almanac:
    """Serves Weather as told."""

    def __init__(self) -> None:
        self.asked = 0
        self.seconds = 0.0
        self.trouble: BaseException | None = None

    async def tomorrow(self) -> str:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        await asyncio.sleep(self.seconds)
        return "sun"

    async def yesterday(self) -> str:
        return "rain"


class TooCloudy(Refusal):
    code = "TOO_CLOUDY"
    text = "Nobody can see tomorrow."


@pytest.fixture
def almanac() -> Almanac:
    return Almanac()


@pytest.fixture
def served(almanac: Almanac) -> Provided[Any]:
    return Provided(Weather, "almanac", "farmer", almanac)


@pytest.fixture
def ports(served: Provided[Any], clock: StillClock) -> Ports:
    return Ports([served], Meters(clock))


async def fail(ports: Ports, served: Provided[Any], times: int) -> None:
    for _ in range(times):
        with pytest.raises(PortFailed):
            await ports.ask(served, served.implementation.tomorrow)


async def test_an_answer_comes_through(ports: Ports, served: Provided[Any]) -> None:
    assert await ports.ask(served, served.implementation.tomorrow) == "sun"


async def test_a_port_that_does_not_answer_in_time_has_failed(ports: Ports, served: Provided[Any]) -> None:
    with pytest.raises(PortFailed, match="farmer failed as Weather 'almanac': TimeoutError"):
        await ports.ask(served, asyncio.sleep, 5)


async def test_a_failure_names_the_plugin_and_can_be_tried_again(
    ports: Ports, served: Provided[Any], almanac: Almanac
) -> None:
    almanac.trouble = KeyError("barometer")
    with pytest.raises(Unavailable, match=r"farmer failed .* KeyError: 'barometer'") as caught:
        await ports.ask(served, almanac.tomorrow)
    assert isinstance(caught.value, PortFailed)
    assert caught.value.owner == "farmer"


async def test_a_refusal_is_an_answer_and_opens_no_breaker(
    ports: Ports, served: Provided[Any], almanac: Almanac
) -> None:
    almanac.trouble = TooCloudy()
    for _ in range(OPENS_AFTER * 2):
        with pytest.raises(TooCloudy):
            await ports.ask(served, almanac.tomorrow)
    assert ports.meter(served, almanac.tomorrow).failures == 0


async def test_repeated_failures_open_the_breaker(ports: Ports, served: Provided[Any], almanac: Almanac) -> None:
    almanac.trouble = OSError()
    await fail(ports, served, OPENS_AFTER)
    almanac.trouble = None
    with pytest.raises(PortFailed, match="breaker"):
        await ports.ask(served, almanac.tomorrow)
    assert almanac.asked == OPENS_AFTER
    assert await ports.ask(served, almanac.yesterday) == "rain", "what fails is one method, not all of them"
    assert [(meter.work.name, meter.is_open) for meter in ports.meters.all("farmer")] == [
        ("Weather almanac.tomorrow", True),
        ("Weather almanac.yesterday", False),
    ]
    whole = ports.meter_of_all(served)
    assert (whole.calls, whole.failures, whole.refusals) == (OPENS_AFTER + 1, OPENS_AFTER, 1)
    assert (whole.is_open, whole.last_error, len(whole.recent_seconds)) == (True, "OSError: ", OPENS_AFTER + 1)
    assert ports.meter_of_all(Provided(Weather, "alma", "farmer", almanac)).calls == 0


async def test_an_open_breaker_lets_one_try_after_a_while_and_closes_on_success(
    ports: Ports, served: Provided[Any], almanac: Almanac, clock: StillClock
) -> None:
    almanac.trouble = OSError()
    await fail(ports, served, OPENS_AFTER)
    clock.move(seconds=STAYS_OPEN + 1)
    almanac.trouble = None
    assert await ports.ask(served, almanac.tomorrow) == "sun"
    assert ports.meter(served, almanac.tomorrow).opened_at is None


async def test_a_try_that_fails_opens_the_breaker_again(
    ports: Ports, served: Provided[Any], almanac: Almanac, clock: StillClock
) -> None:
    almanac.trouble = OSError()
    await fail(ports, served, OPENS_AFTER)
    clock.move(seconds=STAYS_OPEN + 1)
    await fail(ports, served, 1)
    asked = almanac.asked
    await fail(ports, served, 3)
    assert almanac.asked == asked


async def test_of_many_calls_after_a_while_one_tries(
    ports: Ports, served: Provided[Any], almanac: Almanac, clock: StillClock
) -> None:
    almanac.trouble = OSError()
    await fail(ports, served, OPENS_AFTER)
    clock.move(seconds=STAYS_OPEN + 1)
    almanac.trouble, almanac.seconds = None, 0.01
    slow = [ports.ask(served, almanac.tomorrow) for _ in range(5)]
    answers = await asyncio.gather(*slow, return_exceptions=True)
    assert [isinstance(answer, PortFailed) for answer in answers] == [False, True, True, True, True]


async def test_failures_far_apart_open_no_breaker(
    ports: Ports, served: Provided[Any], almanac: Almanac, clock: StillClock
) -> None:
    almanac.trouble = OSError()
    for _ in range(OPENS_AFTER * 2):
        clock.move(seconds=61)
        await fail(ports, served, 1)
    assert almanac.asked == OPENS_AFTER * 2


@pytest.mark.parametrize("trouble", [SystemExit(3), asyncio.CancelledError()])
async def test_a_plugin_that_gives_everything_up_gives_up_its_own_work_alone(
    ports: Ports, served: Provided[Any], almanac: Almanac, trouble: BaseException
) -> None:
    almanac.trouble = trouble
    await fail(ports, served, OPENS_AFTER)
    meter = ports.meter(served, almanac.tomorrow)
    assert (meter.failures, meter.is_open) == (OPENS_AFTER, True)
    ports.meters.forget(["farmer"])

    def leave() -> str:
        raise trouble

    with pytest.raises(PortFailed, match=type(trouble).__name__):
        ports.call(served, leave)
    assert ports.meter(served, leave).failures == 1


async def test_who_will_not_be_stopped_has_failed_all_the_same(ports: Ports, served: Provided[Any]) -> None:
    async def stubborn() -> str:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            return "too late"
        return "sun"

    with pytest.raises(PortFailed, match="TimeoutError"):
        await ports.ask(served, stubborn)
    assert ports.meter(served, stubborn).failures == 1


@pytest.mark.parametrize("apart", [False, True])
async def test_who_swallows_every_word_to_stop_is_left_behind(
    ports: Ports, served: Provided[Any], monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    """Whether he waits by himself or for a task of his: his caller, cancelled or not, waits no longer."""
    monkeypatch.setattr("vetrina.kernel.meters.GRACE", 0.02)
    told, is_over = list[str](), False

    async def deaf() -> str:
        while not is_over and told.count("GeneratorExit") < 2:
            try:
                await asyncio.sleep(30)
            except BaseException as error:
                told.append(type(error).__name__)
        return "too late"

    tasks = list[asyncio.Task[str]]()

    async def begin() -> str:
        tasks.append(asyncio.create_task(deaf()))
        return await tasks[-1]

    asked = begin if apart else deaf
    with pytest.raises(PortFailed, match="TimeoutError"):
        await ports.ask(served, asked)
    assert told[:2] == (["CancelledError"] if apart else ["CancelledError", "GeneratorExit"])
    assert ports.meter(served, asked).failures == 1
    told.clear()
    asking = asyncio.create_task(ports.ask(served, asked))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    is_over = True
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks)
    assert await ports.ask(served, begin) == "too late", "a task that ends answers through it"


async def test_who_refuses_after_blocking_has_blocked(
    ports: Ports, served: Provided[Any], almanac: Almanac, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vetrina.kernel.meters.BLOCKS_AFTER", -1.0)
    almanac.trouble = TooCloudy()
    with pytest.raises(TooCloudy):
        await ports.ask(served, almanac.tomorrow)
    assert ports.meter(served, almanac.tomorrow).is_open


async def test_a_cancelled_caller_is_no_failure_of_the_plugin(ports: Ports, served: Provided[Any]) -> None:
    asking = asyncio.create_task(ports.ask(served, asyncio.sleep, 5))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (ports.meter(served, asyncio.sleep).calls, ports.meter(served, asyncio.sleep).failures) == (1, 0)


def test_implementations_keep_their_order_and_are_found_by_key(clock: StillClock) -> None:
    served = [Provided(Weather, key, "farmer", Almanac()) for key in ("b", "a", "c")]
    ports = Ports(served, Meters(clock))
    assert [entry.key for entry in ports.all(Weather)] == ["b", "a", "c"]
    assert ports.get(Weather, "a") is served[1]
    assert ports.find(Weather, "d") is None
    with pytest.raises(Unavailable, match="nothing serves Weather 'd'"):
        ports.get(Weather, "d")


async def test_nobody_is_asked_inside_a_transaction(
    ctx: Context, ports: Ports, served: Provided[Any], almanac: Almanac
) -> None:
    async with ctx.tx():
        with pytest.raises(Fault, match="inside a transaction"):
            await ports.ask(served, almanac.tomorrow)
    assert almanac.asked == 0
    assert await ports.ask(served, almanac.tomorrow) == "sun"


def test_a_method_that_is_not_async_is_guarded_alike(ports: Ports, served: Provided[Any]) -> None:
    def yesterday() -> int:
        raise KeyError("barometer")

    for _ in range(OPENS_AFTER):
        with pytest.raises(PortFailed, match="farmer failed as Weather 'almanac': KeyError"):
            ports.call(served, yesterday)
    with pytest.raises(PortFailed, match="breaker"):
        ports.call(served, yesterday)
    assert ports.call(served, lambda: 7) == 7


class Sky(StrEnum):
    CLEAR = "clear"


class Hour(msgspec.Struct, frozen=True):
    """What a forecast is made of."""

    sky: Sky
    warmth: int | None = None


@pytest.mark.parametrize(
    ("answer", "kind", "fit"),
    [
        ([Hour(Sky.CLEAR)], list[Hour], True),
        ((Hour(Sky.CLEAR, 20),), Sequence[Hour], True),
        ({"noon": Hour(Sky.CLEAR)}, dict[str, Hour], True),
        (None, Hour | None, True),
        ([{"sky": "clear"}], list[Hour], False),
        ({"sky": "clear"}, Hour | None, False),
        ({"noon": {"sky": "clear"}}, dict[str, Hour], False),
        (Hour(Sky.CLEAR), dict[str, Any], False),
        ([Hour(cast(Any, "clear"))], list[Hour], False),
        ([Hour(Sky.CLEAR, cast(Any, "20"))], list[Hour], False),
        ((hour for hour in [Hour(Sky.CLEAR)]), list[Hour], False),
        ({1: ("fair", 7, 2.5)}, dict[int, tuple[Literal["fair"] | int | float, ...]], True),
        ({1: ("foul",)}, dict[int, tuple[Literal["fair", 7], ...]], False),
        (True, Literal[1], False),
        (Hour(Sky.CLEAR, cast(Any, True)), Hour | None, False),
        ([1, True], list[int], False),
    ],
)
def test_an_answer_is_looked_at_all_the_way_down(answer: Any, kind: Any, fit: bool) -> None:
    if fit:
        assert fits(answer, kind) is answer
        return
    with pytest.raises(WrongAnswer):
        fits(answer, kind)
