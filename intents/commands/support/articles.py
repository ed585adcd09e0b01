"""The knowledge base: write, edit, translate, publish, search, and answer a ticket with an article."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale

from crm_core.errors import Invalid
from crm_core.support import articles
from crm_core.support.knowledge import Article, Audience
from intents.cards.support import article_card
from intents.commands.support.answers import about, sent
from intents.registry import Context, command
from intents.reply import Choice, Choices, Reply, Table
from intents.slots import ArticleArg, AudienceArg, LanguageArg, TextArg, TicketArg, TitleArg


@command(
    "article.add",
    {
        "en": [
            "add article {title} : {body}",
            "(add|new|create|write) [a|an] [new] [knowledge base] article {title} : {body}",
            "(add|new|create|write) [a|an] [new] {audience} article {title} : {body}",
        ],
        "de": [
            "neuer Artikel {title} : {body}",
            "(artikel|neuen artikel) (anlegen|schreiben|hinzufügen) {title} : {body}",
            "(neuer|schreibe|schreiben sie) [einen] [neuen] {audience} artikel {title} : {body}",
        ],
    },
    changes=True,
)
async def add(context: Context, title: TitleArg, body: TextArg, audience: AudienceArg = Audience.PUBLIC) -> Reply:
    article = await articles.add_article(
        context.session,
        context.actor,
        title=title,
        body=body,
        language=context.language,
        audience=audience,
        now=context.now,
    )
    return await _about(context, "article.added", article)


@command(
    "article.edit",
    {
        "en": ["edit article {article} : {body}", "(edit|change|update|rewrite) [the] [article] {article} : {body}"],
        "de": [
            "Artikel {article} ändern : {body}",
            "(ändere|ändern sie|bearbeite|bearbeiten sie) [den] [artikel] {article} : {body}",
            "artikel {article} (bearbeiten|umschreiben|neu) : {body}",
        ],
    },
    changes=True,
)
async def edit(context: Context, article: ArticleArg, body: TextArg) -> Reply:
    """In the language in which it is shown to whoever asks."""
    language = await articles.language_for(context.session, context.actor, article, context.language)
    edited = await articles.edit_article(
        context.session, context.actor, article, body=body, language=language, now=context.now
    )
    return await _about(context, "article.edited", edited, number=edited.edition)


@command(
    "article.translate",
    {
        "en": ["translate {article} to {language} {title} : {body}"],
        "de": [
            "Artikel {article} auf {language} {title} : {body}",
            "(übersetze|übersetzen sie) [den] artikel {article} (auf|ins|nach) {language} {title} : {body}",
        ],
    },
    changes=True,
)
async def translate(
    context: Context, article: ArticleArg, language: LanguageArg, title: TitleArg, body: TextArg
) -> Reply:
    edited = await articles.edit_article(
        context.session,
        context.actor,
        article,
        body=body,
        title=title,
        language=_language(context, language),
        now=context.now,
    )
    return await _about(context, "article.edited", edited, number=edited.edition)


@command(
    "article.publish",
    {
        "en": ["publish article {article}", "publish [the] [article] {article}"],
        "de": [
            "Artikel {article} veröffentlichen",
            "(veröffentliche|veröffentlichen sie) [den] [artikel] {article}",
            "{article} veröffentlichen",
        ],
    },
    changes=True,
)
async def publish(context: Context, article: ArticleArg) -> Reply:
    published = await articles.publish(context.session, context.actor, article, context.now)
    return await _about(context, "article.published", published)


@command(
    "article.search",
    {
        "en": [
            "search articles {words}",
            "(search|find) [the] (articles|article|knowledge base|kb) [for|about|on|:] {words}",
            "(articles|kb) [for|about|on] {words}",
        ],
        "de": [
            "suche Artikel {words}",
            "(suche|finde|suchen sie|finden sie) [in|im|den|die|der] (artikel|artikeln|wissensdatenbank) "
            "[nach|zu|über|:] {words}",
            "(artikel|wissensdatenbank) (zu|über|nach) {words}",
        ],
    },
)
async def search(context: Context, words: TextArg) -> Reply:
    return await _listed(context, await articles.search(context.session, context.actor, words), "article.found-none")


@command(
    "article.list",
    {
        "en": ["articles", "[the] (knowledge base|kb|all articles)", "(list|show) [me] [all] [the] articles"],
        "de": [
            "Artikel",
            "[die|alle] (wissensdatenbank|artikel)",
            "(zeige|zeig|zeigen sie) [mir] [alle] [die] artikel",
        ],
    },
)
async def list_articles(context: Context) -> Reply:
    return await _listed(context, await articles.newest(context.session, context.actor), "article.list-none")


@command(
    "article.show",
    {
        "en": ["article {article}", "(show|read|open) [me] [the] article {article}"],
        "de": ["Artikel {article}", "(zeige|zeig|zeigen sie|lies|öffne) [mir] [den] artikel {article}"],
    },
)
async def show(context: Context, article: ArticleArg) -> Reply:
    found = await articles.read_article(context.session, context.actor, article)
    [card, *rest] = await article_card(context, found)
    text = await articles.text_of(context.session, found, context.language)
    hidden = context.ask.is_public and found.audience == Audience.INTERNAL
    body = context.say("public.ask-privately") if hidden else text.body
    return context.reply("article.shown", card, *rest, shown=[found.ref], ref=found.ref, title=text.title, body=body)


@command(
    "article.answer",
    {
        "en": [
            "answer {ticket} with article {article}",
            "(answer|reply to) [ticket] {ticket} (with|using) [the] [article] {article}",
            "send [the] article {article} to {ticket}",
        ],
        "de": [
            "{ticket} mit Artikel {article} beantworten",
            "(beantworte|beantworten sie) [das] [ticket] {ticket} mit [dem] [artikel] {article}",
            "{ticket} mit [artikel] {article} (beantworten|antworten)",
            "antworte [auf] {ticket} mit [artikel] {article}",
        ],
    },
    changes=True,
)
async def answer(context: Context, ticket: TicketArg, article: ArticleArg) -> Reply:
    told = await articles.answer_with(context.session, context.actor, ticket, article, context.now)
    used = await articles.read_article(context.session, context.actor, article)
    text = await articles.text_of(context.session, used, context.language)
    reply = await about(context, "article.answered", told.ticket, article=used.ref, title=text.title)
    return sent(context, reply, told.way)


async def _about(context: Context, id: str, article: Article, **more: object) -> Reply:
    parts = await article_card(context, article)
    text = await articles.text_of(context.session, article, context.language)
    params = {"ref": article.ref, "title": text.title, **more}
    return context.reply(id, *parts, shown=[article.ref], **params)  # type: ignore[arg-type]


async def _listed(context: Context, found: Sequence[Article], none: str) -> Reply:
    if not found:
        return context.reply(none)
    rows = []
    for article in found:
        text = await articles.text_of(context.session, article, context.language)
        rows.append([article.ref, text.title, context.say(f"article.audience-{article.audience}")])
    columns = [context.say("card.article"), context.say("card.subject"), context.say("card.audience")]
    shown = [article.ref for article in found]
    choices = Choices([Choice(ref, f"show article {ref}") for ref in shown[:5]])
    listed = "; ".join(f"{row[0]} {row[1]}" for row in rows)
    return context.reply("article.found", Table(columns, rows), choices, shown=shown, count=len(rows), listed=listed)


def _language(context: Context, word: str) -> str:
    """`de`, `German`, `Deutsch`: by its code or its name in a language of the house. Raises Invalid."""
    spoken = context.company.languages
    wanted = word.casefold()
    for code in spoken:
        names = {str(Locale(code).get_display_name(reader)).casefold() for reader in {*spoken, "en", "de"}}
        if wanted in {code, *names}:
            return code
    raise Invalid("article.language-unknown", text=word, names=", ".join(spoken))
