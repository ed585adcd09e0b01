"""A phone for the keyboard: what is heard is printed, digits are keys, words are speech."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import aiohttp
from rich.console import Console

from bot import terminal
from crm_core import phones
from webhooks.complaints import Complaint

POLL_SECONDS = 0.3
ANSWERED_SECONDS = 1.0
KEYS = set("0123456789*#")


async def place(console: Console, url: str, key: str, caller: str, line: str, country: str) -> None:
    """Until either side hangs up; Ctrl-C or `hang up` does it from here."""
    number = "anonymous" if phones.is_withheld(caller) else phones.require_e164(caller, country)
    async with aiohttp.ClientSession(base_url=url, headers={"X-Simulator-Key": key}) as http:
        try:
            state = await _post(http, "/simulator/calls", {"from": number, "to": line})
        except aiohttp.ClientError as error:
            raise Complaint("The demo's phone network does not answer: is `make run` still running?") from error
        console.print(f"[dim]Calling {line} as {number}. Digits are keys, words are speech; “hang up” ends.[/]")
        listener = asyncio.create_task(_listen(console, http, state["sid"]))
        speaker = asyncio.create_task(_talk(http, state["sid"]))
        await asyncio.wait({listener, speaker}, return_when=asyncio.FIRST_COMPLETED)
        for task in (listener, speaker):
            task.cancel()
        with suppress(aiohttp.ClientError):
            await _post(http, f"/simulator/calls/{state['sid']}", {"do": "hang_up"})
        console.print("[dim]The call has ended. Enter leaves.[/]")


async def text(console: Console, url: str, key: str, sender: str, line: str, country: str, body: str) -> None:
    """Sent unless it is empty; then everything that this phone was texted so far, the newest last."""
    number = phones.require_e164(sender, country)
    async with aiohttp.ClientSession(base_url=url, headers={"X-Simulator-Key": key}) as http:
        try:
            if body.strip():
                await _post(http, "/simulator/texts", {"from": number, "to": line, "body": body})
                await asyncio.sleep(ANSWERED_SECONDS)
            async with http.get(f"/simulator/texts/{number}") as response:
                response.raise_for_status()
                arrived = await response.json()
        except aiohttp.ClientError as error:
            raise Complaint("The demo's phone network does not answer: is `make run` still running?") from error
    for one in arrived:
        console.print(terminal.plain(f"{one['from']:14}", "cyan"), terminal.plain(one["body"]))
    if not arrived:
        console.print("[dim]Nothing was texted to this phone.[/]")


async def _listen(console: Console, http: aiohttp.ClientSession, sid: str) -> None:
    heard = 0
    while True:
        async with http.get(f"/simulator/calls/{sid}") as response:
            state = await response.json()
        for prompt in state["prompts"][heard:]:
            console.print(terminal.plain(f"{prompt['language']:5}", "cyan"), terminal.plain(prompt["text"]))
        heard = len(state["prompts"])
        if state["doing"] == "ended":
            return
        await asyncio.sleep(POLL_SECONDS)


async def _talk(http: aiohttp.ClientSession, sid: str) -> None:
    while True:
        try:
            typed = (await asyncio.to_thread(input)).strip()
        except EOFError:
            return
        if typed.casefold() in {"hang up", "auflegen", "exit"}:
            return
        if typed:
            do = "press" if set(typed) <= KEYS else "say"
            await _post(http, f"/simulator/calls/{sid}", {"do": do, "with": typed})


async def _post(http: aiohttp.ClientSession, path: str, body: dict[str, str]) -> dict[str, Any]:
    async with http.post(path, json=body) as response:
        response.raise_for_status()
        found: dict[str, Any] = await response.json()
        return found
