"""Calls, legs, queues, presence, voicemail and callbacks."""

from crm_core import references, timers
from crm_core.agents import Agent
from crm_core.callcenter import callbacks, calls, ending, legs, presence, queues, recordings
from crm_core.callcenter.calls import Call

references.register("CALL", Call)
references.register("AGENT", Agent)
timers.register("queue.claim-expired", queues.on_claim_expired)

__all__ = ["callbacks", "calls", "ending", "legs", "presence", "queues", "recordings"]
