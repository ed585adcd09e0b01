"""Calls, legs, queues, offers, presence, voicemail and callbacks."""

from crm_core import agenda, handover, references, timers
from crm_core.agents import Agent
from crm_core.callcenter import (
    abilities,
    arrivals,
    attempts,
    blocking,
    call_lists,
    callbacks,
    callees,
    callers,
    calls,
    checking,
    claiming,
    devices,
    emergencies,
    ending,
    filling,
    legs,
    list_progress,
    listening,
    merged_callees,
    missed_sms,
    moving,
    offers,
    overflowing,
    passed,
    pins,
    presence,
    queues,
    rating_sms,
    recordings,
    routing,
    shift_changes,
    shifts,
    supervision,
    talks,
    taping,
    teams,
    texting,
    transcripts,
    transfers,
    turns,
    wrapup,
)
from crm_core.callcenter.call_lists import CallList
from crm_core.callcenter.callees import Callee
from crm_core.callcenter.calls import Call
from crm_core.callcenter.emergencies import Emergency
from crm_core.callcenter.ringing_back import to_ring_back
from crm_core.contacts import consents
from crm_core.support import ways

references.register("CALL", Call)
references.register("AGENT", Agent)
ways.called_from(calls.number_of)
references.register("EM", Emergency)
references.register("L", CallList, call_lists.remove_parts)
references.register("LE", Callee)
handover.LEAVING.append(pins.forget)
handover.LEAVING.append(claiming.let_go_of)
agenda.register("callbacks", to_ring_back)
consents.WITHDRAWALS.append(taping.withdrawn_by)
timers.register(checking.LOOK, checking.on_look)
timers.register(checking.UNANSWERED, checking.on_unanswered)
timers.register(emergencies.BACK, emergencies.on_back)
timers.register(emergencies.ENDED, emergencies.on_due)
timers.register(missed_sms.TIMER, missed_sms.on_due)
timers.register(moving.DIVERTED, moving.on_diverted)
timers.register(offers.EXPIRED, talks.on_expired)
timers.register(rating_sms.TIMER, rating_sms.on_due)
timers.register(routing.OVERFLOW, overflowing.on_due)
timers.register(routing.TICK, routing.on_tick)
timers.register(supervision.EXPIRED, supervision.on_expired)
timers.register(transfers.EXPIRED, passed.on_expired)
timers.register(wrapup.ENDED, wrapup.on_ended)
timers.register_chain(checking.TIMER, checking.on_due, checking.plan)
timers.register_chain(turns.TIMER, turns.on_due, turns.plan)

__all__ = [
    "abilities",
    "arrivals",
    "attempts",
    "blocking",
    "call_lists",
    "callbacks",
    "callees",
    "callers",
    "calls",
    "checking",
    "claiming",
    "devices",
    "emergencies",
    "ending",
    "filling",
    "legs",
    "list_progress",
    "listening",
    "merged_callees",
    "missed_sms",
    "moving",
    "offers",
    "pins",
    "presence",
    "queues",
    "rating_sms",
    "recordings",
    "routing",
    "shift_changes",
    "shifts",
    "talks",
    "teams",
    "texting",
    "transcripts",
    "turns",
    "wrapup",
]
