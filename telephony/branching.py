"""A branch of the menu: the first case that holds."""

from __future__ import annotations

from crm_core.callcenter import emergencies, estimates, presence, queues
from crm_core.company import Branch, Case
from crm_core.contacts import tags
from crm_core.support import tickets
from crm_core.support.calendar import calendar_of
from telephony import collecting
from telephony.turn import Heard, Turn


async def choose(turn: Turn, node: Branch) -> str:
    for case in node.when:
        if _holds_at_once(turn, case) and await _holds_of_the_caller(turn, case) and await _holds_in_queue(turn, case):
            return case.goto
    return node.otherwise


def _holds_at_once(turn: Turn, case: Case) -> bool:
    """What takes no look into the database."""
    if case.hours is not None:
        calendar = calendar_of(turn.company, case.branch)
        if calendar.hours.are_open(turn.now, calendar.zone) != (case.hours == "open"):
            return False
    if case.contact is not None and (turn.caller.contact_id is not None) != (case.contact == "known"):
        return False
    if case.language is not None and turn.language != case.language:
        return False
    return case.collected is None or any(_is(collecting.collected(turn, case.collected), wanted) for wanted in case.is_)


def _is(answer: str, wanted: str) -> bool:
    if wanted.endswith("*"):
        return answer.casefold().startswith(wanted[:-1].casefold())
    return answer == wanted or Heard(speech=answer).means(wanted)


async def _holds_of_the_caller(turn: Turn, case: Case) -> bool:
    contact_id = turn.caller.contact_id
    if case.tag is not None:
        theirs = await tags.tags_of(turn.session, contact_id) if contact_id is not None else []
        if tags.clean_tag(case.tag) not in theirs:
            return False
    if case.tickets is not None:
        has_some = contact_id is not None and bool(await tickets.tickets_of(turn.session, contact_id, limit=1))
        if has_some != (case.tickets == "open"):
            return False
    return True


async def _holds_in_queue(turn: Turn, case: Case) -> bool:
    """A wait that nobody can estimate is not a long one."""
    if case.emergency is not None:
        is_on = await emergencies.current(turn.session, turn.now) is not None
        if is_on != case.emergency:
            return False
    if case.queue is None:
        return True
    if case.staffed is not None and await _is_staffed(turn, case.queue) != case.staffed:
        return False
    if case.more_waiting_than is not None:
        count = await queues.count(turn.session, case.queue, turn.now)
        if count <= case.more_waiting_than:
            return False
    if case.longer_wait_than is not None:
        expected = await estimates.of_queue(turn.session, case.queue, turn.language, turn.now)
        if expected is None or expected <= case.longer_wait_than:
            return False
    return True


async def _is_staffed(turn: Turn, queue: str) -> bool:
    return await presence.anyone_there(turn.session, queue, turn.language)
