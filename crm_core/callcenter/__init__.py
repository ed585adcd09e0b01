"""Calls, legs, queues, offers, presence, voicemail and callbacks."""

from crm_core import agenda, references, timers
from crm_core.agents import Agent
from crm_core.callcenter import (
    arrivals,
    callbacks,
    callers,
    calls,
    checking,
    ending,
    legs,
    listening,
    offers,
    passed,
    presence,
    queues,
    recordings,
    routing,
    talks,
    transfers,
    wrapup,
)
from crm_core.callcenter.calls import Call
from crm_core.callcenter.ringing_back import to_ring_back
from crm_core.support import replies

references.register("CALL", Call)
references.register("AGENT", Agent)
replies.called_from(calls.number_of)
agenda.register("callbacks", to_ring_back)
timers.register(offers.EXPIRED, talks.on_expired)
timers.register(routing.TICK, routing.on_tick)
timers.register(transfers.EXPIRED, passed.on_expired)
timers.register(wrapup.ENDED, wrapup.on_ended)
timers.register_chain(checking.TIMER, checking.on_due, checking.plan)

__all__ = [
    "arrivals",
    "callbacks",
    "callers",
    "calls",
    "checking",
    "ending",
    "legs",
    "listening",
    "offers",
    "presence",
    "queues",
    "recordings",
    "routing",
    "talks",
    "wrapup",
]
