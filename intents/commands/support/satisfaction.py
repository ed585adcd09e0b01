"""How content customers are: what they say, and the report."""

from __future__ import annotations

from babel.numbers import format_decimal

from crm_core.errors import NotFound
from crm_core.support import satisfaction
from crm_core.support.satisfaction import TeamScore
from intents.commands.support.answers import about
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import RatingArg, TextArg, TicketArg, TitleArg


@command(
    "satisfaction.rate",
    {
        "en": [
            "rate {ticket} {rating}",
            "(rate|rating|rating for|rating of) [ticket] {ticket} [with|as|:] {rating} [stars|of 5] [:|,] {comment}",
            "(rate|rating|rating for|rating of) [ticket] {ticket} [with|as|:] {rating} [stars|of 5]",
        ],
        "de": [
            "bewerte {ticket} {rating}",
            "(bewerte|bewerten sie|bewertung|bewertung für) [ticket] {ticket} [mit|:] {rating} [sternen|sterne|von 5] "
            "[:|,] {comment}",
            "(bewerte|bewerten sie|bewertung|bewertung für) [ticket] {ticket} [mit|:] {rating} [sternen|sterne|von 5]",
        ],
    },
    changes=True,
)
async def rate(context: Context, ticket: TicketArg, rating: RatingArg, comment: TextArg = "") -> Reply:
    rated = await satisfaction.rate(context.session, context.actor, ticket, rating, context.now, comment)
    return await about(context, "satisfaction.rated", rated, rating=rating)


@command(
    "satisfaction.report",
    {
        "en": [
            "satisfaction",
            "[the] [customer] satisfaction [report]",
            "[customer] satisfaction (of|for|in) [the] [team] {team}",
            "how (satisfied|happy|content) are [the|our] customers",
        ],
        "de": [
            "Zufriedenheit",
            "[die] (kundenzufriedenheit|zufriedenheit der kunden)",
            "(zufriedenheit|kundenzufriedenheit) (von|für|im|in) [team] {team}",
            "wie zufrieden sind [die|unsere] kunden",
        ],
    },
)
async def report(context: Context, team: TitleArg | None = None) -> Reply:
    wanted = _team(context, team) if team is not None else None
    found = await satisfaction.by_team(context.session, context.actor, context.now, wanted)
    if not found:
        return context.reply("satisfaction.none")
    rows = [_row(context, score) for score in found]
    columns = [
        context.say(id) for id in ("satisfaction.team", "satisfaction.answers", "satisfaction.average", "card.content")
    ]
    listed = "; ".join(
        f"{name}: {answers}, {average}" + (f", {content}" if content != "–" else "")
        for name, answers, average, content in rows
    )
    return context.reply("satisfaction.report", Table(columns, rows), listed=listed)


def _row(context: Context, score: TeamScore) -> list[str]:
    name = _name(context, score.team)
    if score.average is None or score.content is None:
        return [name, str(score.answers), context.say("satisfaction.too-few"), "–"]
    average = format_decimal(score.average / 100, "0.00", locale=context.language)
    return [name, str(score.answers), average, context.say("satisfaction.content", percent=score.content)]


def _name(context: Context, key: str | None) -> str:
    if key is None:
        return context.say("satisfaction.no-team")
    team = context.company.teams.get(key)
    return team.name.get(context.language, key) if team is not None else key


def _team(context: Context, word: str) -> str:
    """By its key or its name in any language. Raises NotFound."""
    for key, team in context.company.teams.items():
        if word.casefold() in {key.casefold(), *(name.casefold() for name in team.name.values())}:
            return key
    raise NotFound("satisfaction.team-unknown", text=word[:40], names=", ".join(context.company.teams) or None)
