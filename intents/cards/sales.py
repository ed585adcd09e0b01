"""The card of a deal."""

from __future__ import annotations

from crm_core.agents import Agent
from crm_core.sales import stages
from crm_core.sales.deals import Deal
from crm_core.sales.stages import Stage
from intents.cards.layout import Pair, contact_name, fields, files_line, row
from intents.registry import Context
from intents.reply import Choice, Part


async def deal_card(context: Context, deal: Deal) -> list[Part]:
    stage = await context.session.get(Stage, deal.stage_id)
    pairs: list[Pair] = [
        ("card.stage", stage.shown(context.language) if stage else None),
        ("card.value", deal.value),
        ("card.expected-close", deal.expected_close),
    ]
    if not context.ask.is_public:
        owner = await context.session.get(Agent, deal.owner_id) if deal.owner_id else None
        pairs += [
            ("card.contact", await contact_name(context, deal.contact_id)),
            ("card.owner", owner.name if owner else None),
            await files_line(context, deal),
        ]
    following = await _next_stage(context, stage)
    choices = []
    if following is not None:
        label = context.say("button.move-to", stage=following.shown(context.language))
        choices.append(Choice(label, f"move {deal.ref} to {following.key}", record=deal.ref, version=deal.version))
    return [fields(context, f"{deal.ref} · {deal.title}", pairs), *row(choices)]


async def _next_stage(context: Context, stage: Stage | None) -> Stage | None:
    if stage is None or stage.position is None or stage.outcome != "open":
        return None
    later = [other for other in await stages.list_stages(context.session) if (other.position or 0) > stage.position]
    return next((other for other in later if other.outcome != "lost"), None)
