"""What a lead says of colleagues: their presence, languages and skills; and each of us of their own phone and PIN."""

from __future__ import annotations

from crm_core import phones, references
from crm_core.agents import ASKED, BUSY, Agent, Presence
from crm_core.callcenter import abilities, devices, pins, presence, teams
from crm_core.errors import Invalid, Refused
from crm_core.message import Param
from intents.cards.colleagues import agent_card
from intents.colleagues import colleague, reason_of
from intents.commands.callcenter.presence import pause_meant
from intents.registry import Context, command
from intents.reply import Reply
from intents.slots import AgentArg, DeviceArg, LanguagesArg, PauseArg, PinArg, PresenceArg, SkillsArg, TeamArg
from intents.tongues import code_of, name_of


@command(
    "agent.set",
    {
        "en": [
            "set {agent} {state}",
            "(set|make|put) {agent} (to|as) {state} [:|,|for] {pause}",
            "(set|make|put) {agent} {state} [:|,|for] {pause}",
            "(set|make|put) {agent} (to|as) {state}",
            "(make|put) {agent} {state}",
            "{agent} to {state} [:|,|for] {pause}",
            "{agent} to {state}",
        ],
        "de": [
            "{agent} auf {state}",
            "(setze|setz|setzen sie|stelle|stellen sie) {agent} auf {state} [:|,|wegen] {pause}",
            "(setze|setz|setzen sie|stelle|stellen sie) {agent} auf {state}",
            "{agent} auf {state} [:|,|wegen] {pause}",
        ],
    },
    changes=True,
)
async def set_presence(context: Context, agent: AgentArg, state: PresenceArg, pause: PauseArg | None = None) -> Reply:
    chosen = await colleague(context, agent)
    reason = (pause_meant(context, pause) or pause) if pause is not None and state == Presence.AWAY else None
    changed = await presence.set_of(context.session, context.actor, chosen.id, state, context.now, reason=reason)
    shown = context.say(f"agent.presence-{state}")
    if state == Presence.AVAILABLE and changed.presence in ASKED:
        return await _about(context, "agent.set-rung", changed)
    if changed.presence in BUSY:
        return await _about(context, "agent.set-then", changed, state=shown)
    if reason is not None:
        return await _about(context, "agent.set-for", changed, state=shown, reason=reason_of(context, changed))
    return await _about(context, "agent.set", changed, state=shown)


@command(
    "agent.speaks",
    {"en": ["{agent} speaks {languages}"], "de": ["{agent} spricht {languages}"]},
    changes=True,
)
async def speaks(context: Context, agent: AgentArg, languages: LanguagesArg) -> Reply:
    chosen = await colleague(context, agent)
    codes = [_code(context, word) for word in languages]
    changed = await abilities.speaks(context.session, context.actor, chosen.id, codes, context.now)
    listed = ", ".join(name_of(code, context.language) for code in changed.languages)
    return await _about(context, "agent.speaks", changed, languages=listed)


@command(
    "agent.knows",
    {
        "en": ["{agent} knows {skills}", "{agent} knows about {skills}"],
        "de": ["{agent} kennt {skills}", "{agent} kann {skills}", "{agent} kennt sich mit {skills} aus"],
    },
    changes=True,
)
async def knows(context: Context, agent: AgentArg, skills: SkillsArg) -> Reply:
    chosen = await colleague(context, agent)
    changed = await abilities.knows(context.session, context.actor, chosen.id, skills, context.now)
    return await _about(context, "agent.knows", changed, skills=", ".join(changed.skills))


@command(
    "agent.forgets",
    {
        "en": [
            "{agent} no longer knows {skills}",
            "{agent} (does not know|doesn't know) {skills} [any more|anymore]",
        ],
        "de": ["{agent} kennt {skills} nicht mehr", "{agent} kann {skills} nicht mehr"],
    },
    changes=True,
)
async def forgets(context: Context, agent: AgentArg, skills: SkillsArg) -> Reply:
    chosen = await colleague(context, agent)
    changed = await abilities.forgets(context.session, context.actor, chosen.id, skills, context.now)
    return await _about(context, "agent.knows", changed, skills=", ".join(changed.skills) or "–")


@command(
    "agent.team",
    {
        "en": [
            "{agent} is in team {team}",
            "{agent} (is in|works in|joins|belongs to) [the] team {team}",
            "{agent} (is in|works in|joins|belongs to) the {team} team",
        ],
        "de": ["{agent} ist im Team {team}", "{agent} (ist|arbeitet) im team {team}", "{agent} gehört zum team {team}"],
    },
    changes=True,
)
async def joins(context: Context, agent: AgentArg, team: TeamArg) -> Reply:
    chosen = await colleague(context, agent)
    key = teams.key_of(context.company, team, context.language)
    changed = await teams.put_into(context.session, context.actor, chosen.id, key, context.now)
    name = context.company.teams[key].name
    return await _about(context, "agent.in-team", changed, team=name.get(context.language, key))


@command(
    "agent.teamless",
    {
        "en": ["{agent} is in no team", "{agent} (is not|isn't) in (any|a) team"],
        "de": ["{agent} ist in keinem Team", "{agent} gehört zu keinem team"],
    },
    changes=True,
)
async def teamless(context: Context, agent: AgentArg) -> Reply:
    chosen = await colleague(context, agent)
    changed = await teams.put_into(context.session, context.actor, chosen.id, None, context.now)
    return await _about(context, "agent.in-no-team", changed)


@command(
    "agent.phone",
    {
        "en": [
            "my phone is {device}",
            "my (phone|number|telephone|phone number) is {device}",
            "(ring|call) me (at|on|under) {device}",
            "[the] phone of {agent} is {device}",
        ],
        "de": [
            "mein Telefon ist {device}",
            "(mein|meine) (telefon|apparat|nummer|telefonnummer) ist {device}",
            "(ruf|rufen sie) mich (unter|auf) {device} an",
            "[das] telefon von {agent} ist {device}",
        ],
    },
    changes=True,
)
async def set_phone(context: Context, device: DeviceArg, agent: AgentArg = "me") -> Reply:
    chosen = await colleague(context, agent)
    changed = await devices.set_phone(context.session, context.actor, chosen.id, device, context.now)
    return await _about(context, "agent.phone-is", changed, number=phones.shown(changed.phone or ""))


@command(
    "agent.pin",
    {
        "en": ["my pin {pin}", "my pin is {pin}", "(set|change) my pin [to] {pin}", "(set|change) my pin"],
        "de": ["meine PIN {pin}", "meine pin ist {pin}", "(setze|ändere) meine pin [auf] {pin}", "meine pin ändern"],
    },
    changes=True,
    forgets_ask=True,
)
async def set_pin(context: Context, pin: PinArg) -> Reply:
    """Said where nobody else hears it."""
    if context.ask.is_public:
        raise Refused("pin.not-here")
    owner = await pins.set_pin(context.session, context.actor, context.actor.agent_id or 0, pin, context.now)
    key = context.company.phone.agent_key
    if key is None:
        return context.reply("pin.set-unused")
    return context.reply("pin.set", key=key, number=owner.id)


async def _about(context: Context, id: str, agent: Agent, **params: Param) -> Reply:
    parts = await agent_card(context, agent)
    return context.reply(id, *parts, shown=[references.ref("agent", agent.id)], name=agent.name, **params)


def _code(context: Context, word: str) -> str:
    code = code_of(word)
    if code is None:
        known = ", ".join(name_of(code, context.language) for code in context.company.languages)
        raise Invalid("language.unknown", text=word[:40], languages=known)
    return code
