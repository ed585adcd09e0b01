"""The checker of Telegram calls accepts what Telegram accepts and names what it refuses."""

from typing import Any

import pytest

from tests.contracts.telegram import check

Json = dict[str, Any]


def keyboard(**button: Any) -> Json:
    return {"inline_keyboard": [[{"text": "Won", "callback_data": "t"} | button]]}


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("getMe", {}),
        ("sendMessage", {"chat_id": 7, "text": "<b>D-7</b> &lt; 5", "parse_mode": "HTML", "reply_markup": keyboard()}),
        ("sendMessage", {"chat_id": "@sales", "text": "😀" * 2048}),
        ("sendMessage", {"chat_id": 7, "text": "<b>" + "x" * 4096 + "</b>", "parse_mode": "HTML"}),
        (
            "sendMessage",
            {
                "chat_id": 7,
                "text": "?",
                "reply_markup": {"keyboard": [[{"text": "My number", "request_contact": True}]]},
            },
        ),
        ("sendMessage", {"chat_id": 7, "text": "x", "reply_markup": {"remove_keyboard": True}}),
        ("editMessageText", {"chat_id": 7, "message_id": 1, "text": "x"}),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "won"}),
        ("setMyCommands", {"commands": [{"command": "pipeline", "description": "Open deals"}]}),
        (
            "setWebhook",
            {"url": "https://crm.example/telegram", "secret_token": "a_B-1", "allowed_updates": ["message"]},
        ),
        ("sendPhoto", {"chat_id": 7, "photo": b"png", "caption": "Pipeline"}),
        ("sendPhoto", {"chat_id": 7, "photo": "file-1"}),
    ],
)
def test_right_calls_pass(method: str, arguments: Json) -> None:
    assert check(method, arguments) == []


def html(text: str) -> Json:
    return {"chat_id": 7, "text": text, "parse_mode": "HTML"}


@pytest.mark.parametrize(
    ("method", "arguments", "says"),
    [
        ("sendMassage", {"chat_id": 7, "text": "x"}, "no such method"),
        ("sendMessage", {"text": "x"}, "chat_id is required"),
        ("sendMessage", {"chat_id": 7, "text": "x", "txt": "y"}, "txt is unknown"),
        ("sendMessage", {"chat_id": 7.5, "text": "x"}, "chat_id: must be Integer"),
        ("sendMessage", {"chat_id": True, "text": "x"}, "chat_id: must be Integer"),
        ("sendMessage", {"chat_id": 7, "text": "x", "protect_content": "yes"}, "must be Boolean"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [{"text": "a"}]}},
            "must be a list",
        ),
        ("sendMessage", {"chat_id": 7, "text": "x", "reply_markup": keyboard(colour="red")}, "colour is unknown"),
        ("sendMessage", {"chat_id": 7, "text": "x", "reply_markup": keyboard(url="https://a.b")}, "exactly one thing"),
        ("sendMessage", {"chat_id": 7, "text": "x", "reply_markup": keyboard(text="")}, "text: empty"),
        ("sendMessage", {"chat_id": 7, "text": "x", "reply_markup": keyboard(callback_data="ü" * 33)}, "64 bytes"),
        ("sendMessage", {"chat_id": 7, "text": ""}, "empty"),
        ("sendMessage", {"chat_id": 7, "text": "😀" * 2049}, "4096"),
        ("sendMessage", {"chat_id": 7, "text": "x", "parse_mode": "html5"}, "parse_mode"),
        ("sendMessage", html("<b>x"), "<b> stays open"),
        ("sendMessage", html("x</b>"), "closes nothing"),
        ("sendMessage", html("<b><i>x</b></i>"), "closes nothing"),
        ("sendMessage", html("<p>x</p>"), "<p> is not allowed"),
        ("sendMessage", html("1 < 2"), "bare <"),
        ("sendMessage", html("<b></b>"), "empty"),
        ("sendPhoto", {"chat_id": 7, "photo": b"x", "caption": "x" * 1025}, "1024"),
        ("sendPhoto", {"chat_id": 7, "photo": 5}, "photo"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "200"),
        ("setMyCommands", {"commands": [{"command": "Pipe-Line", "description": "x"}]}, "no command name"),
        ("setMyCommands", {"commands": [{"command": "pipeline"}]}, "description is required"),
        ("setWebhook", {"url": "https://crm.example", "secret_token": "ü"}, "secret_token"),
        ("setWebhook", {"url": "https://crm.example", "allowed_updates": "message"}, "must be a list"),
    ],
)
def test_wrong_calls_are_named(method: str, arguments: Json, says: str) -> None:
    assert says in "\n".join(check(method, arguments))
