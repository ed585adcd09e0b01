"""Text for people: gettext catalogues under symbolic ids, one folder a language, one file a subject."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, get_currency_precision

from crm_core.message import Local, Message, Param
from crm_core.money import Money

# Days before months, as in the rest of Europe.
_REGION = {"en": "en_GB"}
LOCALE = Path(__file__).parent / "locale"


@lru_cache
def languages() -> list[str]:
    """Every language that has a folder."""
    return sorted(folder.name for folder in LOCALE.iterdir() if (folder / "common.po").is_file())


@lru_cache
def catalogue(language: str) -> Catalog:
    """Falls back to English for a language without a folder. Raises ValueError for an id that two files claim."""
    known = language if language in languages() else "en"
    whole = Catalog(locale=known)
    for path in sorted((LOCALE / known).glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale=known):
                if entry.id and entry.id in whole:
                    raise ValueError(f"{path}: {entry.id} is in another file already")
                if entry.id:
                    whole[entry.id] = entry
    return whole


@lru_cache
def phrases(id: str) -> list[str]:
    """What people say for something, in all languages: a list of `dialogue.po` with commas between."""
    return [phrase for listed in _lists(id) for phrase in listed.split(",")]


@lru_cache
def templates(id: str) -> list[str]:
    """Likewise how they say it, with semicolons between."""
    return [template for listed in _lists(id) for template in listed.split(";")]


def _lists(id: str) -> list[str]:
    found = (_heard(language).get(id) for language in languages())
    return [str(entry.string) for entry in found if entry is not None and entry.string]


@lru_cache
def _heard(language: str) -> Catalog:
    """One file alone: what people say is known before the first text is wanted."""
    path = LOCALE / language / "dialogue.po"
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


@lru_cache(maxsize=4096)
def _template(language: str, id: str, count: int | None) -> str:
    found = catalogue(language).get(id)
    if found is None or not found.string:
        raise KeyError(f"the {language} catalogue has no text for {id}")
    if isinstance(found.string, str):
        return found.string
    plural = catalogue(language).plural_expr
    index = 0 if count == 1 else 1
    return found.string[index if plural else 0]


def render(message: Message, language: str, zone: ZoneInfo) -> str:
    """Raises KeyError for an id or a parameter that is missing: a test renders every entry."""
    count = message.params.get("count")
    template = _template(language, message.id, count if isinstance(count, int) else None)
    return template.format_map({name: shown(value, language, zone) for name, value in message.params.items()})


def shown(value: Param, language: str, zone: ZoneInfo) -> str:
    """A value as people of that language write it."""
    match value:
        case None:
            return "–"
        case Message():
            return render(value, language, zone)
        case Local():
            return value.shown(language)
        case Money():
            amount = value.minor / 10 ** get_currency_precision(value.currency)
            whole = value.minor % 10 ** get_currency_precision(value.currency) == 0
            pattern = "#,##0 ¤" if whole else "#,##0.00 ¤"
            return format_currency(amount, value.currency, locale=language, format=pattern, currency_digits=not whole)
        case datetime():
            local = value.astimezone(zone)
            return f"{format_skeleton('MMMEd', local, locale=_REGION.get(language, language))}, {local:%H:%M}"
        case date():
            return format_skeleton("yMMMEd", value, locale=_REGION.get(language, language))
        case _:
            return str(value)
