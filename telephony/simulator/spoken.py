"""What a caller hears, and the verbs that lead elsewhere or end the call."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from telephony.simulator.call import Call, Unanswered
from telephony.simulator.documents import Goto
from telephony.simulator.exchange import Exchange
from telephony.simulator.phone import Heard, HungUp, Interrupt
from telephony.simulator.verbs import Page, Setting, text_of, verb

# About fourteen characters a second are spoken; how long a file plays nobody here knows.
CHARACTERS_A_SECOND = 14
MUSIC_SECONDS = 30.0


class Left(Interrupt):
    """The caller left the queue."""


@verb("Say", "voice language loop")
async def say(call: Call, element: Element, page: Page) -> None:
    hear(call, element)
    await _last(call, element, page)


@verb("Play", "loop digits")
async def play(call: Call, element: Element, page: Page) -> None:
    hear(call, element)
    await _last(call, element, page)


@verb("Pause", "length")
async def pause(call: Call, element: Element, page: Page) -> None:
    await _last(call, element, page)


@verb("Redirect", "method")
async def redirect(_call: Call, element: Element, page: Page) -> Goto:
    return Goto(page.address((element.text or "").strip()), method=element.get("method", "POST"))


@verb("Hangup")
async def hang_up(_call: Call, _element: Element, _page: Page) -> None:
    raise HungUp


@verb("Leave")
async def leave(_call: Call, _element: Element, _page: Page) -> None:
    raise Left


@verb("Reject", "reason")
async def reject(call: Call, element: Element, _page: Page) -> None:
    """Only the first verb of the first document comes before the call is answered."""
    if call.answered_at is not None:
        raise HungUp
    raise Unanswered("busy" if element.get("reason") == "busy" else "no-answer")


def hear(call: Call, element: Element) -> None:
    """An endless prompt is heard once."""
    times = max(1, int(element.get("loop", "1")))
    for _time in range(times):
        if element.tag == "Say":
            call.hear(Heard(text_of(element), element.get("language", ""), element.get("voice", "")))
        elif element.tag == "Play":
            call.hear_sound(element.get("digits") or text_of(element))
    call.exchange.changed()


def lasts(exchange: Exchange, element: Element, setting: Setting) -> float:
    """Seconds. With a virtual clock only pauses take time, and whatever fills the time of somebody who waits."""
    if element.tag == "Pause":
        return float(element.get("length", "1"))
    times = max(1, int(element.get("loop", "1")))
    if element.tag == "Say" and (setting.takes_time or exchange.real_time):
        return times * len(text_of(element)) / CHARACTERS_A_SECOND
    if element.tag == "Play" and setting.takes_time and not element.get("digits"):
        return times * MUSIC_SECONDS
    return 0.0


async def _last(call: Call, element: Element, page: Page) -> None:
    await call.pass_time(call.pastime, lasts(call.exchange, element, page.setting))
    if element.get("loop") == "0":
        while True:
            await call.expect(call.pastime)
