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
# What people say, as opposed to what is said to them: wanted before the first text is.
HEARD = ("dialogue.po", "hearing.po")
# Folders of others, made like ours: a folder a language, a file a subject.
_others: list[Path] = []
# Folders with languages beside ours.
_more: list[Path] = []
# Counted up with each change of what there is, for who keeps something made of it.
_edition = 0


def edition() -> int:
    return _edition


@lru_cache
def languages() -> list[str]:
    """Every language that has a folder."""
    return sorted(_folders())


def folder_of(language: str) -> Path:
    """Where all of a language lies. Raises KeyError."""
    return _folders()[language]


@lru_cache
def _folders() -> dict[str, Path]:
    """Ours last: nobody takes the place of a language that is there."""
    folders = (folder for root in (*_more, LOCALE) for folder in root.iterdir())
    return {folder.name: folder for folder in folders if any(folder.glob("*.po"))}


@lru_cache
def catalogue(language: str) -> Catalog:
    """Falls back to English for a language without a folder. Raises ValueError for an id that two files claim."""
    known = language if language in languages() else "en"
    folders = [folder_of(known), *(other / known for other in _others)]
    return _read(known, [path for folder in folders for path in sorted(folder.glob("*.po"))])


def _read(language: str, paths: list[Path]) -> Catalog:
    whole = Catalog(locale=language)
    for path in paths:
        with path.open("rb") as file:
            for entry in read_po(file, locale=language):
                if entry.id and entry.id in whole:
                    raise ValueError(f"{path}: {entry.id} is in another file already")
                if entry.id:
                    whole[entry.id] = entry
    return whole


def phrases(id: str, language: str | None = None) -> list[str]:
    """What people say for something, in all languages or in one: a list with commas between."""
    return list(_phrases(id, language))


def templates(id: str, language: str | None = None) -> list[str]:
    """Likewise how they say it, with semicolons between."""
    wanted = languages() if language is None else [language]
    return [template.strip() for listed in _lists(id, wanted) for template in listed.split(";")]


@lru_cache
def _phrases(id: str, language: str | None) -> tuple[str, ...]:
    wanted = languages() if language is None else [language]
    return tuple(phrase.strip() for listed in _lists(id, wanted) for phrase in listed.split(","))


def _lists(id: str, wanted: list[str]) -> list[str]:
    found = (_heard(language).get(id) for language in wanted if language in languages())
    return [str(entry.string) for entry in found if entry is not None and entry.string]


@lru_cache
def _heard(language: str) -> Catalog:
    """A few files alone, as all of them would take a second."""
    folder = folder_of(language)
    return _read(language, [path for name in HEARD if (path := folder / name).is_file()])


@lru_cache
def _plural_of(expression: str) -> Callable[[int], int]:
    return c2py(expression)


def add_languages(root: Path) -> None:
    _more.append(root)
    _read_again()


def remove_languages(root: Path) -> None:
    _more.remove(root)
    _read_again()


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
    global _edition
    _edition += 1
    for kept in (languages, _folders, catalogue, _heard, _phrases, _template):
        kept.cache_clear()


def has(language: str, id: str) -> bool:
    found = catalogue(language).get(id)
    return found is not None and bool(found.string)


def text_of(language: str, id: str) -> str:
    """One that names no values. Raises KeyError."""
    return _template(language, id, None)


@lru_cache(maxsize=4096)
def _template(language: str, id: str, count: int | None) -> str:
    read_in = next((known for known in dict.fromkeys([language, "en", *languages()]) if has(known, id)), None)
    if read_in is None:
        raise KeyError(f"no catalogue has a text for {id}")
    found = catalogue(read_in)[id].string
    if isinstance(found, str):
        return found
    assert found is not None, "it has a text"
    return found[_plural_of(catalogue(read_in).plural_expr)(count)] if count is not None else found[-1]


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
