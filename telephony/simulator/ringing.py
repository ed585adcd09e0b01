"""A phone rings until somebody, or the mailbox, picks it up."""

from __future__ import annotations

from telephony.simulator.call import Call, Unanswered
from telephony.simulator.exchange import Habit
from telephony.simulator.phone import SILENCE, HungUp

RING_SECONDS = 60.0
MAILBOX_AFTER_SECONDS = 15.0
MAILBOX_LISTENS_SECONDS = 90.0
UNANSWERED = {"decline": "busy", "ignore": "no-answer", "wait": "no-answer"}


def begin(call: Call) -> None:
    """Told at once: the phone rings before anybody asks for an answer to the request that made it ring."""
    call.report("initiated")
    if call.exchange.handset(call.to).habit is not Habit.IS_OFF:
        call.report("ringing")


async def until_answered(call: Call, seconds: float, *, detects_machine: bool = False) -> None:
    """Raises Unanswered."""
    habit = call.exchange.handset(call.to).habit
    if habit is Habit.IS_OFF:
        raise Unanswered("failed")
    if habit is Habit.IS_BUSY:
        raise Unanswered("busy")
    if habit is not Habit.ANSWERS:
        await _ring(call, seconds, habit)
    if detects_machine:
        call.answered_by = "machine_start" if habit is Habit.MAILBOX else "human"
    call.pick_up()
    if habit is Habit.MAILBOX:
        call.exchange.clock.after(MAILBOX_LISTENS_SECONDS, lambda: call.interrupt(HungUp()))


async def _ring(call: Call, seconds: float, habit: Habit) -> None:
    is_mailbox = habit is Habit.MAILBOX and seconds > MAILBOX_AFTER_SECONDS
    until = call.in_seconds(MAILBOX_AFTER_SECONDS if is_mailbox else seconds)
    while True:
        given = await call.expect("ringing", until)
        if given.kind == "answer" or (given == SILENCE and is_mailbox):
            return
        if given.kind in UNANSWERED:
            raise Unanswered(UNANSWERED[given.kind])
