"""What may be kept of a sentence: words that are ours or everybody's, and the kinds of everything else.

Whoever looks for names finds those that are known. So it is the other way round: only words stay that our own
examples and texts use, and of those none that a contact, a company or a colleague bears.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import references
from crm_core.agents import Agent
from crm_core.contacts.tokens import ContactToken
from crm_core.errors import Invalid
from crm_core.names import fold
from crm_core.tokens import tokens_of
from intents import catalogue
from intents.registry import commands, edition
from intents.values.find import PHONE_PATTERN, REFERENCE_PATTERN, read_reference
from intents.values.written import written

UNKNOWN = "…"
# Texts that nobody says, and names that stand in the others.
_NOT_SAID = ("sample.", "phone.voice", "phone.speech")
_NAMES = ("sample.contact", "sample.agent", "sample.name", "sample.organisation")
# What stands for something in a sentence that is learnt from.
_SAMPLES = {"<email>": "name@example.com", "<phone>": "030 23125077", "<iban>": "DE02120300000000202051", "<link>": ""}
_IBAN = re.compile(r"\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){2,7}(?:\s?[a-z0-9]{1,3})?\b", re.IGNORECASE)
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_EMAIL = re.compile(r"\S+@\S+")
_PHONE = re.compile(PHONE_PATTERN)
_REFERENCE = re.compile(REFERENCE_PATTERN, re.IGNORECASE)
# Also a date, a house number and a password.
_NUMBER = re.compile(r"\w*\d[\w.,:/\-]*")
_PLACED = re.compile(r"<[a-z]+>|[^\W\d_]+(?:['’][^\W\d_]+)?")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NO_WORDS = re.compile(r"\{\w+\}|[\[\]()|]")
_PUNCTUATION = re.compile(r"[^\w\s<>#…'’,?!-]+")
_AGAIN = re.compile(rf"{UNKNOWN}(?:\s*{UNKNOWN})+")


async def anonymous(session: AsyncSession, text: str) -> str | None:
    """None when nothing is left that says anything."""
    plain = _kinds(" ".join(written(text).text.split()))
    words = [word for word in _WORD.findall(plain) if word.casefold() in _vocabulary(edition(), catalogue.edition())]
    borne = await _borne(session, {fold(word) for word in words})
    shown = _PLACED.sub(lambda found: _shown(found, borne), _PUNCTUATION.sub(" ", plain))
    flat = " ".join(_AGAIN.sub(UNKNOWN, shown).split())
    return flat if _WORD.search(re.sub(r"<[a-z]+>|\b[A-Z]+-#", "", flat)) else None


def teachable(text: str) -> str:
    """With something in the place of each kind, so that it is learnt as it is said."""
    for kind, sample in _SAMPLES.items():
        text = text.replace(kind, sample)
    return " ".join(text.replace("-#", "-7").replace("#", "7").split())


def _kinds(text: str) -> str:
    for pattern, kind in ((_LINK, "<link>"), (_EMAIL, "<email>"), (_IBAN, "<iban>"), (_PHONE, "<phone>")):
        text = pattern.sub(f" {kind} ", text)
    return _NUMBER.sub("#", _REFERENCE.sub(_reference, text))


def _reference(found: re.Match[str]) -> str:
    try:
        kind, _number = read_reference(found[0])
    except Invalid:
        return found[0]
    return f"{references.KINDS[kind].prefix}-#"


def _shown(found: re.Match[str], borne: set[str]) -> str:
    word = found[0]
    if word.startswith("<") or found.string[found.end() : found.end() + 2] == "-#":
        return word
    folded = word.casefold()
    if folded not in _vocabulary(edition(), catalogue.edition()):
        return UNKNOWN
    if fold(word) not in borne or folded in _everybodys(catalogue.edition()):
        return word
    # `mark T-7 as done` is no Mark; `call Mark` is.
    is_ours = folded in _of_templates(edition()) and (word == folded or found.start() == 0)
    return word if is_ours else UNKNOWN


async def _borne(session: AsyncSession, folded: set[str]) -> set[str]:
    """Those that are in the name of somebody."""
    if not folded:
        return set()
    tokens = await session.scalars(select(ContactToken.token).where(ContactToken.token.in_(folded)).distinct())
    colleagues = tokens_of(await session.scalars(select(Agent.name)))
    return {*tokens, *(colleagues & folded)}


def _texts(language: str) -> Iterator[str]:
    for entry in catalogue.catalogue(language):
        if entry.id and not str(entry.id).startswith(_NOT_SAID):
            yield from [entry.string] if isinstance(entry.string, str) else entry.string or ()


@lru_cache(maxsize=1)
def _vocabulary(commands_edition: int, texts_edition: int) -> frozenset[str]:
    languages = catalogue.languages()
    texts = [text for language in languages for text in _texts(language)]
    said = {word.casefold() for text in texts for word in _WORD.findall(_NO_WORDS.sub(" ", text))}
    names = {
        word.casefold() for id in _NAMES for language in languages for word in catalogue.text_of(language, id).split()
    }
    return frozenset((said | _of_templates(commands_edition) | _everybodys(texts_edition)) - names)


@lru_cache(maxsize=1)
def _of_templates(_edition: int) -> frozenset[str]:
    templates = (
        template for command in commands().values() for examples in command.examples.values() for template in examples
    )
    return frozenset(word.casefold() for template in templates for word in _WORD.findall(_NO_WORDS.sub(" ", template)))


@lru_cache(maxsize=1)
def _everybodys(_edition: int) -> frozenset[str]:
    """The words that hold sentences together: also a company that is called The Bakery does not own `the`."""
    return frozenset(word.casefold() for word in catalogue.phrases("heard.common"))
