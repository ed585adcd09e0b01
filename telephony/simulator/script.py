"""Carries out one document after the other, verb by verb, until a call has nothing left to do."""

from __future__ import annotations

from collections.abc import Awaitable

from telephony.simulator import documents, verbs
from telephony.simulator.call import Call, Redirected
from telephony.simulator.documents import Failed, Goto
from telephony.simulator.verbs import IN_CALL, Page, Setting

# Documents that lead to each other without end; the real network would go on until somebody hangs up.
MOST_DOCUMENTS_AT_ONCE = 50


async def run(call: Call, goto: Goto) -> None:
    """From the first document on. A redirection by the account's owner leaves all else behind."""
    following: Goto | None = goto
    while following is not None:
        try:
            page = await fetch(call, following)
            call.check()
            if page.root[:1] and page.root[0].tag == "Reject":
                verbs.complaints(page.root[0], page.setting)
            elif not _rings_on(page):
                call.pick_up()
            following = await perform(call, page)
        except Redirected as redirected:
            following = redirected.goto
        except Failed:
            call.pick_up()
            call.hear_sound("application error")
            return


async def or_elsewhere(call: Call, work: Awaitable[None]) -> None:
    """What a call does that follows no document of its own, until it is sent to one."""
    try:
        await work
    except Redirected as redirected:
        await run(call, redirected.goto)


async def play(call: Call, goto: Goto, setting: Setting) -> None:
    """A document beside the call, to its end. Raises Failed."""
    following: Goto | None = goto
    while following is not None:
        page = await fetch(call, following, setting)
        call.check()
        following = await perform(call, page)


async def perform(call: Call, page: Page) -> Goto | None:
    """Where to go on, or None when the document has run out."""
    for element in page.root:
        for complaint in verbs.complaints(element, page.setting):
            call.exchange.complain(complaint)
        following = await verbs.RUN[element.tag](call, element, page)
        call.check()
        if following is not None:
            return following
    return None


async def fetch(call: Call, goto: Goto, setting: Setting = IN_CALL) -> Page:
    """After what was told before it. Raises Failed."""
    await _get_ready(call, goto)
    root, base = await documents.fetch(call.exchange, goto, call.params(), call.fallback, call.name)
    return Page(root, base, setting)


async def ask_in_vain(call: Call, goto: Goto) -> None:
    """The caller is gone; the product is asked all the same, and its answer is ignored."""
    await _get_ready(call, goto)
    gone = Goto(goto.url, goto.params | {"CallStatus": "completed"}, goto.method)
    await documents.ask(call.exchange, gone, call.params(), call.name)


async def _get_ready(call: Call, goto: Goto) -> None:
    call.documents_at_once += 1
    if call.documents_at_once > MOST_DOCUMENTS_AT_ONCE:
        raise RuntimeError(f"the documents lead to each other without end, at last {goto.url}")
    for subject in call.subjects:
        await call.exchange.reports.delivered(subject)


def _rings_on(page: Page) -> bool:
    """The caller hears it ring until somebody else answers."""
    return bool(page.root[:1]) and page.root[0].tag == "Dial" and verbs.is_true(page.root[0], "answerOnBridge")
