"""Tickets, what is said on them, what was promised for them, how they hang together, and the knowledge base."""

from crm_core import activity, agenda, cards, followers, handover, references, timers
from crm_core.support import (
    articles,
    checklist,
    due,
    incidents,
    links,
    lists,
    macros,
    merging,
    replies,
    satisfaction,
    search,
    sla,
    snooze,
    states,
    tags,
    ticket_calls,
    tickets,
    views,
    watchers,
)
from crm_core.support.incidents import Incident
from crm_core.support.knowledge import Article
from crm_core.support.tickets import DONE, Ticket
from crm_core.support.undoing import on_undo

references.register("T", Ticket, tickets.remove_parts, on_undo)
references.register("A", Article, articles.remove_parts, articles.on_undo)
references.register("INC", Incident)
tickets.REMOVALS += [tags.remove_tags, links.remove_links, watchers.remove_watchers, checklist.remove_steps]
tickets.REMOVALS += [satisfaction.remove_parts, sla.remove_parts, ticket_calls.remove_calls]
tickets.ENDINGS.append(links.tell_blocked)
agenda.register("tickets", due.near_breach)
handover.register("ticket", "assignee_id", Ticket.status.not_in(DONE))
cards.also("ticket", watchers.places)
timers.register(snooze.WAKE, snooze.on_snooze_ended)
timers.register(sla.TIMER, sla.on_due)
timers.register(satisfaction.TIMER, satisfaction.on_due)
followers.register("ticket", sla.on_change)
followers.register("ticket", satisfaction.on_change)
activity.reversal("ticket.tagged", tags.untagged_again)
activity.reversal("ticket.untagged", tags.tagged_again)
activity.reversal("ticket.blocked", links.unblocked_again)
activity.reversal("ticket.unblocked", links.blocked_again)
activity.reversal("ticket.call-linked", ticket_calls.unlinked_again)
activity.reversal("ticket.call-unlinked", ticket_calls.linked_again)
activity.reversal("ticket.step-added", checklist.step_removed_again)
activity.reversal("ticket.step-checked", checklist.step_unchecked_again)
activity.reversal("ticket.absorbed", merging.given_back)
activity.reversal("ticket.split", merging.unsplit)

__all__ = [
    "articles",
    "incidents",
    "lists",
    "macros",
    "replies",
    "satisfaction",
    "search",
    "sla",
    "states",
    "tickets",
    "views",
]
