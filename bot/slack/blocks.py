"""Reply to Block Kit, within Slack's limits. The text stands alone; blocks only add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from bot.slack.text import cut, escaped
from crm_core.conversation import Offered
from intents.reply import Choice, Choices, Fields, Form, FormField, Part, Style, Table, Tone

Block = dict[str, Any]

MOST_BLOCKS = 50
LONGEST_SECTION = 3000
LONGEST_FIELD = 2000
MOST_FIELDS = 10
LONGEST_LABEL = 75
MOST_BUTTONS = 25
LONGEST_TEXT = 4000
LONGEST_INPUT = 3000
LONGEST_HINT = 2000
# Under which Slack hands back what was typed into a field.
TYPED = "typed"
_MARKS = {Tone.OK: "", Tone.REFUSED: "", Tone.ERROR: ":warning: "}


def offered(parts: Sequence[Part]) -> list[Offered]:
    """The buttons that need tokens, in the order in which `blocks` uses them."""
    return [one for part in parts for one in _offered(part)]


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
        case Form():
            return _form(part, next(tokens))
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


def _form(form: Form, token: str) -> list[Block]:
    """The fields in the message itself; what was typed comes with the press of the button."""
    submit: Block = {
        "type": "button",
        "action_id": "submit",
        "text": {"type": "plain_text", "text": cut(form.submit, LONGEST_LABEL), "emoji": True},
        "value": token,
        "style": Style.PRIMARY.value,
    }
    return [*(_input(field) for field in form.fields), {"type": "actions", "elements": [submit]}]


def _input(field: FormField) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": TYPED, "multiline": field.is_long}
    if field.value:
        element["initial_value"] = cut(field.value, LONGEST_INPUT)
    drawn: Block = {
        "type": "input",
        "block_id": field.name,
        "label": {"type": "plain_text", "text": cut(field.label, LONGEST_HINT), "emoji": True},
        "element": element,
        "optional": not field.is_required,
    }
    if field.error:
        drawn["hint"] = {"type": "plain_text", "text": cut(f":warning: {field.error}", LONGEST_HINT), "emoji": True}
    return drawn


def section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(cut(text, LONGEST_SECTION))}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _offered(part: Part) -> list[Offered]:
    match part:
        case Choices():
            offered = part.choices[:MOST_BUTTONS]
            return [Offered(choice.say, choice.record, choice.version, choice.question) for choice in offered]
        case Form():
            return [Offered("", question=part.question)]
        case Fields() | Table():
            return []
        case _:
            assert_never(part)
