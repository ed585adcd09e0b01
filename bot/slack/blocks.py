"""Reply to Block Kit, within Slack's limits. The text stands alone; blocks only add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from bot.slack.text import cut, escaped
from crm_core.conversation import Offered
from intents.reply import Choice, Choices, Fields, Part, Style, Table, Tone

Block = dict[str, Any]

MOST_BLOCKS = 50
LONGEST_SECTION = 3000
LONGEST_FIELD = 2000
MOST_FIELDS = 10
LONGEST_LABEL = 75
MOST_BUTTONS = 25
LONGEST_TEXT = 4000
_MARKS = {Tone.OK: "", Tone.REFUSED: "", Tone.ERROR: ":warning: "}


def offered(parts: Sequence[Part]) -> list[Offered]:
    """The buttons that need tokens, in the order in which `blocks` uses them."""
    return [Offered(choice.say, choice.record, choice.version) for choice in _choices(parts)]


def plain(text: str) -> str:
    return cut(escaped(text), LONGEST_TEXT)


def blocks(text: str, parts: Sequence[Part], tokens: Sequence[str], *, tone: Tone = Tone.OK) -> list[Block]:
    """`text` may be empty for a card, whose fields say it all."""
    waiting = iter(tokens)
    drawn: list[Block] = [section(_MARKS[tone] + escaped(text))] if text else []
    for part in parts:
        drawn += _part(part, waiting)
    return drawn[:MOST_BLOCKS]


def _part(part: Part, tokens: Any) -> list[Block]:
    match part:
        case Fields():
            return _fields(part)
        case Table():
            return [section("\n".join(_line(row) for row in part.rows))] if part.rows else []
        case Choices():
            return [_actions(part.choices, tokens)] if part.choices else []
        case _:
            assert_never(part)


def _fields(part: Fields) -> list[Block]:
    drawn = [section(f"*{escaped(part.title)}*")]
    pairs = [f"*{escaped(label)}*\n{escaped(value)}" for label, value in part.pairs]
    for start in range(0, len(pairs), MOST_FIELDS):
        fields = [_mrkdwn(cut(pair, LONGEST_FIELD)) for pair in pairs[start : start + MOST_FIELDS]]
        drawn.append({"type": "section", "fields": fields})
    if part.body:
        drawn.append(section(escaped(part.body)))
    return drawn


def _line(row: list[str]) -> str:
    reference, *cells = [escaped(cell) for cell in row]
    return f"*{reference}*  {' · '.join(cells)}"


def _actions(choices: list[Choice], tokens: Any) -> Block:
    buttons = [_button(choice, next(tokens), number) for number, choice in enumerate(choices[:MOST_BUTTONS])]
    return {"type": "actions", "elements": buttons}


def _button(choice: Choice, token: str, number: int) -> Block:
    button: Block = {
        "type": "button",
        "action_id": f"choice-{number}",
        "text": {"type": "plain_text", "text": cut(choice.label, LONGEST_LABEL) or "…", "emoji": True},
        "value": token,
    }
    if choice.style is not Style.PLAIN:
        button["style"] = choice.style.value
    return button


def section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(cut(text, LONGEST_SECTION))}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _choices(parts: Sequence[Part]) -> list[Choice]:
    return [choice for part in parts if isinstance(part, Choices) for choice in part.choices[:MOST_BUTTONS]]
