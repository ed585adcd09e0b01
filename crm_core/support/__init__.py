"""Tickets, what is said on them and how they hang together."""

from crm_core import activity, cards, references, timers
from crm_core.support import (
    checklist,
    incidents,
    links,
    lists,
    merging,
    replies,
    snooze,
    states,
    tags,
    tickets,
    views,
    watchers,
)
from crm_core.support.incidents import Incident
from crm_core.support.tickets import Ticket

references.register("T", Ticket, tickets.remove_parts)
references.register("INC", Incident)
tickets.REMOVALS += [tags.remove_tags, links.remove_links, watchers.remove_watchers, checklist.remove_steps]
tickets.ENDINGS.append(links.tell_blocked)
cards.also("ticket", watchers.places)
timers.register(snooze.WAKE, snooze.on_snooze_ended)
activity.reversal("ticket.tagged", tags.untagged_again)
activity.reversal("ticket.untagged", tags.tagged_again)
activity.reversal("ticket.blocked", links.unblocked_again)
activity.reversal("ticket.unblocked", links.blocked_again)
activity.reversal("ticket.step-added", checklist.step_removed_again)
activity.reversal("ticket.step-checked", checklist.step_unchecked_again)
activity.reversal("ticket.absorbed", merging.given_back)
activity.reversal("ticket.split", merging.unsplit)

__all__ = ["incidents", "lists", "replies", "states", "tickets", "views"]
