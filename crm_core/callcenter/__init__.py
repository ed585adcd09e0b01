"""Calls, legs, queues, presence, voicemail and callbacks."""

from crm_core import agenda, references, timers
from crm_core.agents import Agent
from crm_core.callcenter import (
    arrivals,
    blocking,
    callbacks,
    callers,
    calls,
    ending,
    legs,
    presence,
    queues,
    recordings,
)
from crm_core.callcenter.calls import Call
from crm_core.callcenter.ringing_back import to_ring_back
from crm_core.support import replies

references.register("CALL", Call)
references.register("AGENT", Agent)
replies.called_from(calls.number_of)
agenda.register("callbacks", to_ring_back)
timers.register("queue.claim-expired", queues.on_claim_expired)

__all__ = [
    "arrivals",
    "blocking",
    "callbacks",
    "callers",
    "calls",
    "ending",
    "legs",
    "presence",
    "queues",
    "recordings",
]
