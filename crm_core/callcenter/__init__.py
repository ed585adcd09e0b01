"""Calls, legs, queues, presence, voicemail and callbacks."""

from crm_core import agenda, references, timers
from crm_core.agents import Agent
from crm_core.callcenter import callbacks, calls, ending, legs, presence, queues, recordings
from crm_core.callcenter.calls import Call
from crm_core.callcenter.ringing_back import to_ring_back

references.register("CALL", Call)
references.register("A", Agent)
agenda.register("callbacks", to_ring_back)
timers.register("queue.claim-expired", queues.on_claim_expired)

__all__ = ["callbacks", "calls", "ending", "legs", "presence", "queues", "recordings"]
