"""The simulator as a process of its own, and its phones played from outside."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from telephony.simulator import NumberConfig
from tests.telephony.simulator.desk import ACCOUNT, GRETA, LINE, TOKEN, Desk

KEY = {"X-Simulator-Key": "key-of-the-phones"}


@pytest.fixture
async def alone(desk: Desk) -> AsyncIterator[tuple[aiohttp.ClientSession, asyncio.subprocess.Process]]:
    """On a bad day; the desk's own network only lends its product."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "telephony.simulator", "--port", "0", "--chaos", "3", "--key", KEY["X-Simulator-Key"]),
        *("--account", ACCOUNT, "--token", TOKEN, "--number", LINE),
        *("--voice-url", f"{desk.url}/voice", "--sms-url", f"{desk.url}/sms"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession(line.removeprefix("TWILIO_API_URL="), headers=KEY) as http:
        yield http, process
    if process.returncode is None:
        process.terminate()
        await process.wait()


async def _post(http: aiohttp.ClientSession, path: str, **body: str) -> Any:
    async with http.post(path, json=body) as response:
        assert response.status == 200
        return await response.json()


async def test_it_runs_on_its_own_and_its_phones_are_played(
    desk: Desk, alone: tuple[aiohttp.ClientSession, asyncio.subprocess.Process]
) -> None:
    http, process = alone
    desk.says["/voice"] = "<Gather numDigits='1' action='/answer'><Say language='de-DE'>Guten Tag</Say></Gather>"
    desk.says["/answer"] = "<Gather input='speech'/>"
    call = await _post(http, "/simulator/calls", **{"from": GRETA, "to": LINE})
    assert (call["doing"], call["prompts"]) == ("gathering", [{"text": "Guten Tag", "language": "de-DE"}])
    await _post(http, f"/simulator/calls/{call['sid']}", do="press", **{"with": "3"})
    assert set(desk.told("/answer", "Digits")) == {"3"}
    ended = await _post(http, f"/simulator/calls/{call['sid']}", do="hang_up")
    assert ended["doing"] == "ended"
    desk.says["/sms"] = "<Message>Danke</Message>"
    await _post(http, "/simulator/texts", **{"from": GRETA, "to": LINE, "body": "hallo"})
    async with http.get(f"/simulator/texts/{GRETA}") as response:
        assert await response.json() == [{"from": LINE, "to": GRETA, "body": "Danke"}]
    process.terminate()
    assert await process.wait() == 0


async def test_what_the_product_does_wrong_is_said(
    desk: Desk, alone: tuple[aiohttp.ClientSession, asyncio.subprocess.Process]
) -> None:
    http, process = alone
    desk.says["/voice"] = "<Shout/>"
    await _post(http, "/simulator/calls", **{"from": GRETA, "to": LINE})
    process.terminate()
    _out, err = await process.communicate()
    assert "<Shout> in a call" in err.decode()


@pytest.mark.parametrize("key", [None, "", "wrong", "ключ"])
async def test_without_the_key_no_phone_is_played(desk: Desk, key: str | None) -> None:
    desk.network.simulator_key = KEY["X-Simulator-Key"]
    headers = {"X-Simulator-Key": key} if key is not None else {}
    async with aiohttp.ClientSession(desk.network.api_url, headers=headers) as http:
        for path in ("/simulator/calls", "/simulator/calls/x", f"/simulator/texts/{GRETA}"):
            async with http.get(path) as response:
                assert response.status == 403
        for path in ("/simulator/calls", "/simulator/calls/x", "/simulator/texts"):
            async with http.post(path, json={}) as response:
                assert response.status == 403


async def test_no_key_opens_a_network_that_has_none(desk: Desk) -> None:
    desk.network.numbers[LINE] = NumberConfig()
    async with (
        aiohttp.ClientSession(desk.network.api_url, headers={"X-Simulator-Key": ""}) as http,
        http.post("/simulator/calls", json={"from": GRETA, "to": LINE}) as response,
    ):
        assert response.status == 403
