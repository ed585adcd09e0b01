"""A bad day on the network: the same for one seed, and never so bad that a product cannot cope."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from telephony.simulator import Chaos
from tests.telephony.simulator.desk import GRETA, LINE, MIRA, Desk, at_work

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ALL = ["initiated", "ringing", "answered", "completed"]
ROOM = "statusCallback='/room' statusCallbackEvent='start end join leave'"


def only(seed: int = 7, **rates: float) -> Chaos:
    """Nothing but what is named."""
    quiet = dict.fromkeys(
        ("doubled", "shuffled", "delayed", "dropped", "refused", "answer_lost", "callback_first", "swapped"), 0.0
    )
    return Chaos(seed, **(quiet | rates))  # type: ignore[arg-type]


async def _until_done(desk: Desk, method: str, path: str, **form: str | list[str]) -> Any:
    """As a patient product asks: again when it was refused, and looking first when the answer was lost."""
    while True:
        try:
            status, body = await desk.try_rest(method, path, **form)
        except aiohttp.ClientError:
            known = [call for call in desk.network.calls.values() if call.to == form.get("To")]
            if path != "Calls" or known:
                return None
            continue
        if status < 300:
            return body


async def _a_day(desk: Desk) -> None:
    """A caller leaves a message, another meets an agent in a conference, and a text is sent."""
    desk.says["/voice"] = "<Record action='/left' recordingStatusCallback='/recorded'/>"
    desk.says["/left"] = f"<Dial action='/done'><Conference endConferenceOnExit='true' {ROOM}>c</Conference></Dial>"
    desk.says["/agent"] = "<Dial><Conference>c</Conference></Dial>"
    network = desk.network
    greta = await network.dial(GRETA, LINE)
    await greta.say("Mein Ofen ist kalt")
    await greta.press("#")
    leg: dict[str, str | list[str]] = {"StatusCallback": f"{desk.url}/leg", "StatusCallbackEvent": ALL}
    await _until_done(desk, "POST", "Calls", To=MIRA, From=LINE, Url=f"{desk.url}/agent", **leg)
    await network.settle()
    mira = network.phone(MIRA)
    await mira.answer()
    await network.advance(30)
    await mira.say("Ich komme")
    await greta.hang_up()
    await _until_done(
        desk, "POST", "Messages", To=GRETA, From=LINE, Body="Bis gleich", StatusCallback=f"{desk.url}/sms"
    )
    await network.catch_up()
    assert greta.is_over and mira.is_over


async def _sequence(seed: int) -> list[tuple[object, ...]]:
    async with at_work(Chaos(seed), start=START) as desk:
        await _a_day(desk)
        assert desk.network.errors == []
        sent = sorted(desk.network.deliveries, key=lambda delivery: delivery.number)
        addresses = (desk.url, desk.network.api_url)
        return [
            (delivery.token, *(_without(addresses, text) for pair in delivery.params.items() for text in pair))
            for delivery in sent
        ]


def _without(addresses: tuple[str, ...], text: str) -> str:
    for address in addresses:
        text = text.replace(address, "")
    return text


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
async def test_one_seed_is_one_sequence(seed: int) -> None:
    assert await _sequence(seed) == await _sequence(seed)


async def test_another_seed_is_another_day() -> None:
    days = [await _sequence(seed) for seed in range(1, 5)]
    assert len({repr(day) for day in days}) == 4


@pytest.mark.parametrize("seed", range(20))
async def test_every_day_ends_alike(seed: int) -> None:
    """Whoever asks again and looks up what they were not told knows the same in the end."""
    async with at_work(Chaos(seed)) as desk:
        await _a_day(desk)
        known = {form["CallSid"]: form["CallStatus"] for form in desk.at("/leg") + desk.at("/status")}
        for sid in desk.network.calls:
            known[sid] = (await _until_done(desk, "GET", f"Calls/{sid}"))["status"]
        assert sorted(known.values()) == ["completed", "completed"]
        recorded = {row["duration"] for row in (await _until_done(desk, "GET", "Recordings"))["recordings"]}
        assert recorded == {"2"}
        assert [text.body for text in desk.network.handset(GRETA).texts] == ["Bis gleich"]
        assert desk.network.errors == []
        lost = Counter(report.of for report in desk.network.reports.dropped)
        assert set(lost.values()) <= {1}


async def test_documents_are_asked_for_twice_with_one_token_and_never_lost() -> None:
    async with at_work(only(doubled=1.0, dropped=1.0)) as desk:
        desk.says["/voice"] = "<Gather numDigits='1' action='/answer'/>"
        call = await desk.network.dial(GRETA, LINE)
        await call.press("1")
        tokens = [(asked.path, asked.token) for asked in desk.asked]
        assert tokens[0] == tokens[1]
        assert tokens[2] == tokens[3]
        assert [path for path, _token in tokens] == ["/voice", "/voice", "/answer", "/answer"]
        assert [report.event for report in desk.network.reports.dropped] == ["completed"]


async def test_a_repeated_request_that_is_answered_differently_is_noticed() -> None:
    async with at_work(only(doubled=1.0)) as desk:
        answers = iter(range(100))
        desk.says["/voice"] = lambda _form: f"<Say>{next(answers)}</Say>"
        assert (await desk.network.dial(GRETA, LINE)).heard == "1"
        assert "answered differently" in desk.network.errors[0]


async def test_callbacks_are_doubled_with_one_token() -> None:
    async with at_work(only(doubled=1.0)) as desk:
        await desk.network.dial(GRETA, LINE)
        [first, second] = [asked for asked in desk.asked if asked.path == "/status"]
        assert (first.token, first.form) == (second.token, second.form)


async def test_callbacks_are_shuffled_when_all_else_is_still() -> None:
    orders = set()
    for seed in range(8):
        async with at_work(only(seed, shuffled=1.0)) as desk:
            await desk.call(StatusCallback=f"{desk.url}/leg", StatusCallbackEvent=ALL)
            await desk.network.phone(MIRA).answer()
            orders.add("".join(desk.told("/leg", "SequenceNumber")))
    assert orders == {"0123", "1023", "0132", "1032"}


async def test_callbacks_are_late_and_can_be_waited_for() -> None:
    async with at_work(only(delayed=1.0)) as desk:
        await desk.network.dial(GRETA, LINE)
        begin = desk.network.clock.now()
        assert desk.at("/status") == []
        await desk.network.catch_up()
        assert len(desk.at("/status")) == 1
        assert 0 < (desk.network.clock.now() - begin).total_seconds() <= Chaos(1).longest_delay


async def test_a_call_whose_end_was_not_told_can_be_looked_up() -> None:
    async with at_work(only(dropped=1.0)) as desk:
        call = await desk.network.dial(GRETA, LINE)
        assert desk.at("/status") == []
        assert (await desk.rest("GET", f"Calls/{call.sid}"))["status"] == "completed"


async def test_a_request_is_refused_a_few_times_and_then_carried_out() -> None:
    async with at_work(only(refused=1.0)) as desk:
        wanted = {"To": MIRA, "From": LINE, "Url": f"{desk.url}/agent"}
        answers = [(await desk.try_rest("POST", "Calls", **wanted))[0] for _time in range(3)]
        assert set(answers[:2]) <= {429, 500, 503}
        assert answers[2] == 201
        assert len(desk.network.calls) == 1


async def test_a_call_whose_answer_is_lost_rings_all_the_same() -> None:
    async with at_work(only(answer_lost=1.0)) as desk:
        with pytest.raises(aiohttp.ClientError):
            await desk.try_rest("POST", "Calls", To=MIRA, From=LINE, Url=f"{desk.url}/agent")
        await desk.network.settle()
        assert desk.network.phone(MIRA).doing == "ringing"
        assert len((await desk.rest("GET", "Calls", To=MIRA))["calls"]) == 1


@pytest.mark.parametrize(("rate", "told"), [(1.0, 2), (0.0, 0)])
async def test_a_callback_can_come_before_the_answer(rate: float, told: int) -> None:
    async with at_work(only(callback_first=rate)) as desk:
        leg: dict[str, str | list[str]] = {"StatusCallback": f"{desk.url}/leg", "StatusCallbackEvent": ALL}
        await desk.rest("POST", "Calls", To=MIRA, From=LINE, Url=f"{desk.url}/agent", **leg)
        assert len(desk.at("/leg")) == told
        await desk.network.settle()
        assert len(desk.at("/leg")) == 2


@pytest.mark.parametrize(("rate", "last"), [(1.0, "participant-leave"), (0.0, "conference-end")])
async def test_leave_and_end_come_in_either_order(rate: float, last: str) -> None:
    async with at_work(only(swapped=rate)) as desk:
        desk.says["/voice"] = f"<Dial><Conference {ROOM}>c</Conference></Dial>"
        await (await desk.network.dial(GRETA, LINE)).hang_up()
        told = desk.told("/room", "StatusCallbackEvent")
        assert sorted(told) == ["conference-end", "participant-join", "participant-leave"]
        assert told[-1] == last


async def test_what_was_done_to_whom_can_be_read() -> None:
    async with at_work(only(dropped=1.0)) as desk:
        await desk.network.dial(GRETA, LINE)
        assert desk.network.chaos is not None
        assert desk.network.chaos.log == [f"dropped: completed of call {GRETA} #1, time 1"]
