"""What Telegram refuses about keyboards, texts and commands, in its own words."""

import re
from typing import Any
from urllib.parse import urlsplit

from bot.fakes.telegram_text import BadEntities, parse_html, utf16_length

Json = dict[str, Any]

TEXT = 4096
CAPTION = 1024
CALLBACK_DATA_BYTES = 64
CALLBACK_ANSWER = 200
BUTTONS = 100
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ACTIONS = {
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}


class Refusal(Exception):
    """An answer other than ok: the description as Telegram words it, after its kind."""

    def __init__(self, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.description = description


def parsed(source: str, parse_mode: Any, entities: Any) -> tuple[str, list[Json]]:
    """The text as shown with its entities. Markdown is refused: the stand-in reads HTML only."""
    if parse_mode in (None, ""):
        return source, entities if isinstance(entities, list) else []
    if str(parse_mode).lower() != "html":
        raise Refusal("Bad Request: unsupported parse_mode")
    try:
        return parse_html(source)
    except BadEntities as problem:
        raise Refusal(f"Bad Request: can't parse entities: {problem}") from problem


def message_text(arguments: Json) -> tuple[str, list[Json]]:
    text, entities = parsed(str(arguments.get("text", "")), arguments.get("parse_mode"), arguments.get("entities"))
    if not text.strip():
        raise Refusal("Bad Request: message text is empty")
    if utf16_length(text) > TEXT:
        raise Refusal("Bad Request: message is too long")
    return text, entities


def caption_text(arguments: Json) -> tuple[str, list[Json]]:
    source, entities = str(arguments.get("caption", "")), arguments.get("caption_entities")
    text, entities = parsed(source, arguments.get("parse_mode"), entities)
    if utf16_length(text) > CAPTION:
        raise Refusal("Bad Request: message caption is too long")
    return text, entities


def keyboard(markup: Any, *, private: bool, inline_only: bool = False) -> Json | None:
    """The reply markup as it is kept, or a refusal. None where there is none."""
    if markup in (None, ""):
        return None
    if not isinstance(markup, dict):
        raise Refusal("Bad Request: can't parse reply keyboard markup JSON object")
    if "inline_keyboard" in markup:
        _check_rows(markup["inline_keyboard"])
        for button in (button for row in markup["inline_keyboard"] for button in row):
            _check_inline_button(button)
        return markup if any(markup["inline_keyboard"]) else None
    if inline_only:
        raise Refusal("Bad Request: inline keyboard expected")
    if "keyboard" in markup:
        _check_rows(markup["keyboard"])
        for button in (button for row in markup["keyboard"] for button in row):
            _check_reply_button(button, private=private)
    elif not {"remove_keyboard", "force_reply"} & markup.keys():
        raise Refusal("Bad Request: object expected as reply markup")
    return markup


def _check_rows(rows: Any) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Refusal("Bad Request: can't parse reply keyboard markup JSON object")
    if sum(map(len, rows)) > BUTTONS:
        raise Refusal("Bad Request: REPLY_MARKUP_TOO_LONG")


def _check_inline_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise Refusal("Bad Request: can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not str(button.get("text", "")).strip():
        raise Refusal("Bad Request: inline keyboard button text must be non-empty")
    if len(ACTIONS & button.keys()) != 1:
        raise Refusal(
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 1 <= size <= CALLBACK_DATA_BYTES:
            raise Refusal("Bad Request: BUTTON_DATA_INVALID")
    if "url" in button and urlsplit(str(button["url"])).scheme not in ("http", "https", "tg"):
        raise Refusal(f"Bad Request: inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol")


def _check_reply_button(button: Any, *, private: bool) -> None:
    text = button if isinstance(button, str) else button.get("text") if isinstance(button, dict) else None
    if not text:
        raise Refusal("Bad Request: keyboard button text must be non-empty")
    if isinstance(button, dict) and button.get("request_contact") and not private:
        raise Refusal("Bad Request: phone number can be requested in private chats only")


def bot_commands(commands: Any) -> list[Json]:
    if not isinstance(commands, list) or len(commands) > 100:
        raise Refusal("Bad Request: can't parse commands: expected an Array of BotCommand")
    for command in commands:
        name, description = str(command.get("command", "")).removeprefix("/"), str(command.get("description", ""))
        if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
            raise Refusal("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise Refusal("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    return commands


def webhook_address(url: Any, secret: Any) -> tuple[str, str]:
    """Telegram wants https; on loopback, where nobody listens in, the stand-in takes http."""
    parts = urlsplit(str(url))
    if url and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise Refusal("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if len(str(secret)) > 256:
        raise Refusal("Bad Request: secret token is too long")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]+", str(secret)):
        raise Refusal("Bad Request: secret token contains unallowed characters")
    return str(url or ""), str(secret or "")
