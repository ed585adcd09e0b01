"""Text for people: gettext catalogues under symbolic ids, one folder a language, one file a subject."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from gettext import c2py
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
# Folders of others, made like ours: a folder a language, a file a subject.
_others: list[Path] = []


@lru_cache
def languages() -> list[str]:
    """Every language that has a folder."""
    return sorted(folder.name for folder in LOCALE.iterdir() if (folder / "common.po").is_file())


@lru_cache
def catalogue(language: str) -> Catalog:
    """Falls back to English for a language without a folder. Raises ValueError for an id that two files claim."""
    known = language if language in languages() else "en"
    whole = Catalog(locale=known)
    for path in (path for folder in (LOCALE, *_others) for path in sorted((folder / known).glob("*.po"))):
        with path.open("rb") as file:
            for entry in read_po(file, locale=known):
                if entry.id and entry.id in whole:
                    raise ValueError(f"{path}: {entry.id} is in another file already")
                if entry.id:
                    whole[entry.id] = entry
    return whole


@lru_cache
def _plural_of(expression: str) -> Callable[[int], int]:
    return c2py(expression)


def add_texts(folder: Path) -> None:
    """Raises ValueError for a file that is none, or claims what is there already; then nothing was added."""
    _others.append(folder)
    _read_again()
    try:
        for language in languages():
            catalogue(language)
    except ValueError:
        remove_texts(folder)
        raise


def remove_texts(folder: Path) -> None:
    _others.remove(folder)
    _read_again()


def _read_again() -> None:
    catalogue.cache_clear()
    _template.cache_clear()


def has(language: str, id: str) -> bool:
    found = catalogue(language).get(id)
    return found is not None and bool(found.string)


@lru_cache(maxsize=4096)
def _template(language: str, id: str, count: int | None) -> str:
    read_in = next((known for known in dict.fromkeys([language, "en", *languages()]) if has(known, id)), None)
    if read_in is None:
        raise KeyError(f"no catalogue has a text for {id}")
    found = catalogue(read_in)[id]
    if isinstance(found.string, str):
        return found.string
    return found.string[_plural_of(catalogue(read_in).plural_expr)(count)] if count is not None else found.string[-1]


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
