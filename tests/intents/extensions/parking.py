"""A folder of commands as a company would write them: the places in its car park."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import yaml

from crm_core.company import Company, read_company

ROOT = Path(__file__).parents[3]


PARKING = """
from typing import Annotated

from crm_core.message import Local
from intents.registry import Context, command
from intents.reply import Reply
from intents.slot import Slot

from .prices import PRICES

BAY = Slot("bay", r"[a-f][1-9]", lambda text, heard: text.strip().upper())


@command(
    "parking.free",
    {
        "en": ["free parking", "(any|is there) [some] free parking", "where can i park"],
        "de": ["freie parkplätze", "(gibt es|sind noch) parkplätze [frei]", "wo kann ich parken"],
    },
)
async def free(context: Context) -> Reply:
    return context.reply("parking.free", count=len(PRICES))


@command(
    "parking.price",
    {
        "en": ["price of bay {bay}", "(how much is|what costs) [bay] {bay}", "what does a bay cost"],
        "de": ["preis von {bay}", "(wie teuer ist|was kostet) [platz] {bay}", "was kostet ein platz"],
    },
    subject="sales",
)
async def price(context: Context, bay: Annotated[str, BAY]) -> Reply:
    said = Local({"en": f"Bay {bay} is {PRICES[bay]} a day.", "de": f"Platz {bay} kostet {PRICES[bay]} am Tag."})
    return Reply(context.shown_as(said), language=context.language)
"""

TEXTS: dict[str, dict[str, str | tuple[str, str]]] = {
    "en": {"parking.free": ("One place is free.", "{count} places are free."), "dialogue.ask-bay": "Which bay?"},
    "de": {"parking.free": ("Ein Platz ist frei.", "{count} Plätze sind frei."), "dialogue.ask-bay": "Welcher Platz?"},
}


def write(folder: Path) -> Path:
    """The folder, with texts and utterances beside its modules."""
    (folder / "parking.py").parent.mkdir(parents=True, exist_ok=True)
    (folder / "parking.py").write_text(PARKING, encoding="utf-8")
    (folder / "prices.py").write_text('PRICES = {"A1": "4 €", "B2": "6 €"}\n', encoding="utf-8")
    for language, texts in TEXTS.items():
        write_texts(folder / "locale" / language / "parking.po", language, texts)
    teach(folder, "en", {"parking.free": ["got anywhere to leave the van"]})
    return folder


def write_texts(file: Path, language: str, texts: Mapping[str, str | tuple[str, str]]) -> None:
    lines = [f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n']
    for id, text in texts.items():
        if isinstance(text, str):
            lines.append(f'msgid "{id}"\nmsgstr "{text}"\n')
        else:
            lines.append(f'msgid "{id}"\nmsgid_plural "{id}"\nmsgstr[0] "{text[0]}"\nmsgstr[1] "{text[1]}"\n')
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines), encoding="utf-8")


def teach(folder: Path, language: str, said: dict[str, list[str]]) -> Path:
    file = folder / "training" / language / "parking.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in said.items()
    ]
    file.write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")
    return file


def module(folder: Path, text: str, name: str = "own") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.py"
    file.write_text(dedent(text), encoding="utf-8")
    return file


def company_file(folder: Path, **extensions: str) -> Path:
    content = yaml.safe_load((ROOT / "offhook.yml").read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "offhook.yml"
    file.write_text(yaml.safe_dump({**content, "extensions": extensions}, allow_unicode=True), encoding="utf-8")
    return file


def company_with(folder: Path, **extensions: str) -> Company:
    return read_company(company_file(folder, **extensions))
