"""The states of calls, legs, places in a queue, offers and agents at work, and which may follow which."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final


class CallState(enum.StrEnum):
    """`CLOSED`: nobody was there for it, by the hours or because the number is blocked."""

    RINGING = "ringing"
    IVR = "ivr"
    QUEUED = "queued"
    CONNECTING = "connecting"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap-up"
    DONE = "done"
    ABANDONED = "abandoned"
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    CLOSED = "closed"
    FAILED = "failed"


class LegState(enum.StrEnum):
    """`UNKNOWN`: the dial request was sent and its answer lost; it is looked for, and nothing is dialled again."""

    CREATED = "created"
    REQUESTED = "requested"
    UNKNOWN = "unknown"
    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    ANSWERED = "answered"
    JOINED = "joined"
    LEFT = "left"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"
    COMPLETED = "completed"


class EntryState(enum.StrEnum):
    """A caller's place in a queue."""

    WAITING = "waiting"
    OFFERED = "offered"
    CLAIMED = "claimed"
    BRIDGED = "bridged"
    DONE = "done"


class OfferState(enum.StrEnum):
    """`WITHDRAWN`: somebody else was first, or the caller is gone."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class TransferState(enum.StrEnum):
    """`DONE`: the other has the call. `JOINED`: all three talk. `BACK`: with who passed it on, or with nobody."""

    RINGING = "ringing"
    CONSULTING = "consulting"
    DONE = "done"
    JOINED = "joined"
    BACK = "back"


_EXITS: Final = frozenset(
    {
        CallState.DONE,
        CallState.ABANDONED,
        CallState.VOICEMAIL,
        CallState.CALLBACK,
        CallState.CLOSED,
        CallState.FAILED,
    }
)
_TALKED: Final = frozenset({CallState.WRAP_UP, CallState.DONE, CallState.FAILED})

CALL: Mapping[CallState, frozenset[CallState]] = {
    CallState.RINGING: _EXITS | {CallState.IVR, CallState.QUEUED, CallState.CONNECTING},
    CallState.IVR: _EXITS | {CallState.QUEUED, CallState.CONNECTING},
    CallState.QUEUED: _EXITS | {CallState.IVR, CallState.CONNECTING, CallState.TALKING},
    CallState.CONNECTING: _EXITS | {CallState.IVR, CallState.QUEUED, CallState.TALKING},
    # An agent who drops out hands the caller back to the queue or the menu; the talk is not over by that.
    CallState.TALKING: _TALKED | {CallState.HOLD, CallState.QUEUED, CallState.IVR, CallState.CONNECTING},
    CallState.HOLD: _TALKED | {CallState.TALKING, CallState.QUEUED, CallState.IVR, CallState.CONNECTING},
    CallState.WRAP_UP: frozenset({CallState.DONE}),
    **{state: frozenset() for state in _EXITS},
    # A message is told of when it is stored, which may be after the caller is gone.
    CallState.ABANDONED: frozenset({CallState.VOICEMAIL}),
}

ENTRY: Mapping[EntryState, frozenset[EntryState]] = {
    EntryState.WAITING: frozenset({EntryState.OFFERED, EntryState.CLAIMED, EntryState.DONE}),
    EntryState.OFFERED: frozenset({EntryState.WAITING, EntryState.CLAIMED, EntryState.BRIDGED, EntryState.DONE}),
    EntryState.CLAIMED: frozenset({EntryState.WAITING, EntryState.BRIDGED, EntryState.DONE}),
    EntryState.BRIDGED: frozenset({EntryState.WAITING, EntryState.DONE}),
    # Who comes back to the menu may wait again.
    EntryState.DONE: frozenset({EntryState.WAITING}),
}

FINAL = _EXITS
"""Over for good: what is reported later is kept and not applied, but for a message that was left."""

UNDER_WAY = (TransferState.RINGING, TransferState.CONSULTING)

LIVE_ENTRY = (EntryState.WAITING, EntryState.OFFERED, EntryState.CLAIMED)

# Also the order of the final ones: whichever report comes first, the higher wins, so that any order ends the same.
_LEG_ORDER = tuple(LegState)
FIRST_FINAL_LEG = _LEG_ORDER.index(LegState.BUSY)
FINAL_LEG = frozenset(_LEG_ORDER[FIRST_FINAL_LEG:])


def may_follow(old: CallState, new: CallState) -> bool:
    return new in CALL[old]


def further(old: LegState, new: LegState) -> LegState:
    """A leg only goes on: of two reports the later stage counts, in whatever order they come."""
    return max(old, new, key=_LEG_ORDER.index)
