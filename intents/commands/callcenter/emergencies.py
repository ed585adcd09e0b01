"""An emergency: every caller is told, for a while."""

from __future__ import annotations

import re
from dataclasses import replace

from crm_core.callcenter import emergencies
from crm_core.callcenter.emergencies import Action, Emergency
from crm_core.errors import Invalid
from crm_core.message import say
from intents import catalogue, tongues
from intents.commands.callcenter.places import queue_meant
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply
from intents.slots import AnnouncementArg, ClosingArg, LanguageArg, QueueArg, UntilArg


@command(
    "emergency.on",
    {
        "en": [
            "emergency on {announcement} until {until}",
            "emergency on [:] {announcement} (until|till) {until} [,|and] {closing}",
            "emergency on [:] {announcement} (until|till) {until} [,|and] divert to [the] [queue] {queue}",
            "emergency on [:] {announcement} (until|till) {until}",
            "emergency on [:] {announcement}",
        ],
        "de": [
            "Notfall an {announcement} bis {until}",
            "notfall an [:] {announcement} bis {until} [,|und] {closing}",
            "notfall an [:] {announcement} bis {until} [,|und] umleiten (nach|zu|in|auf) [die] [warteschlange] {queue}",
            "notfall an [:] {announcement} bis {until}",
            "notfall an [:] {announcement}",
        ],
    },
    changes=True,
)
async def declare(
    context: Context,
    announcement: AnnouncementArg,
    until: UntilArg,
    closing: ClosingArg | None = None,
    queue: QueueArg | None = None,
) -> Reply:
    action = Action.CLOSE if closing is not None else Action.DIVERT if queue is not None else Action.ANNOUNCE
    divert_to = queue_meant(context, queue) if queue is not None else None
    declared = await emergencies.declare(
        context.session,
        context.actor,
        _texts(context, announcement),
        until,
        context.now,
        action=action,
        divert_to=divert_to,
    )
    if declared.divert_to is not None:
        name = context.company.queues[declared.divert_to].shown(context.language)
        what = context.say("emergency.diverts", queue=name)
    else:
        what = context.say("emergency.closes" if declared.closes else "emergency.stays-open")
    return _heard(context, declared, what)


@command(
    "emergency.say",
    {
        "en": [
            "emergency text in {language}: {announcement}",
            "emergency (text|announcement) in {language} [:] {announcement}",
            "emergency (text|announcement) in {language}",
        ],
        "de": [
            "Notfallansage auf {language}: {announcement}",
            "notfallansage (auf|in) {language} [:] {announcement}",
            "notfallansage (auf|in) {language}",
        ],
    },
    changes=True,
)
async def say_in(context: Context, language: LanguageArg, announcement: AnnouncementArg) -> Reply:
    code = tongues.code_of(language)
    if code not in context.company.languages:
        names = ", ".join(tongues.name_of(one, context.language) for one in context.company.languages)
        raise Invalid("emergency.not-spoken", text=language[:20], names=names)
    changed = await emergencies.say_also(context.session, context.actor, {code: announcement}, context.now)
    return _heard(context, changed, "")


@command(
    "emergency.off",
    {
        "en": ["emergency off", "(end|stop|cancel) [the] emergency", "[the] emergency is over"],
        "de": ["Notfall aus", "(beende|beenden sie) [den] notfall", "[der] notfall ist (vorbei|beendet|vorüber)"],
    },
    changes=True,
)
async def end(context: Context) -> Reply:
    await emergencies.end(context.session, context.actor, context.now)
    return context.reply("emergency.off")


def _heard(context: Context, emergency: Emergency, what: str) -> Reply:
    """What the callers of each language hear; a language that was given no words can be given some at once."""
    heard, missing = [], []
    for code in context.company.languages:
        name = tongues.name_of(code, context.language)
        text = emergency.texts.get(code)
        if text is not None:
            heard.append(context.say("emergency.heard", language=name, text=text))
        else:
            general = catalogue.render(say("phone.emergency"), code, context.company.zone)
            heard.append(context.say("emergency.heard-general", language=name, text=general))
            missing.append(name)
    reply = context.reply("emergency.on", until=emergency.until, heard="; ".join(heard), what=what)
    reply = replace(reply, text=reply.text.rstrip(), shown=[emergency.ref])
    if not missing:
        return reply
    choices = [
        Choice(context.say("button.say-in", language=name), context.say("emergency.say-in", language=name))
        for name in missing
    ]
    return replace(reply.also(context.say("emergency.ask-for", language=missing[0])), parts=[Choices(choices)])


def _texts(context: Context, said: str) -> dict[str, str]:
    """`de: … en: …` or `… / …` by language; else in the language that the words are in, as far as they tell."""
    languages = context.company.languages
    named = "|".join(map(re.escape, languages))
    pieces = re.split(rf"(?:^|\s)({named})\s*:\s*", said)
    if len(pieces) > 1 and not pieces[0].strip():
        return dict(zip(pieces[1::2], pieces[2::2], strict=True))
    parts = re.split(r"\s+/\s+", said)
    found = [tongues.written_in(part, languages) for part in parts]
    told = [code for code in found if code is not None]
    if len(parts) == len(languages) > 1 and len(set(told)) == len(told):
        others = iter(code for code in languages if code not in told)
        return {code or next(others): part for code, part in zip(found, parts, strict=True)}
    default = context.language if context.language in languages else languages[0]
    return {tongues.written_in(said, languages) or default: said}
