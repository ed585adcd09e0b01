"""The checker of Slack calls accepts what Slack accepts and names what it refuses."""

from typing import Any

import pytest

from tests.contracts.slack import check

Json = dict[str, Any]


def button(text: str = "Claim", **more: Any) -> Json:
    return {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": text}, "value": "t"} | more


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def view(**more: Any) -> Json:
    return {"type": "modal", "title": {"type": "plain_text", "text": "New ticket"}, "blocks": [section("x")]} | more


CARD = [section("*T-42*"), {"type": "actions", "elements": [button(), button("Resolve", action_id="resolve")]}]


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("chat.postMessage", {"channel": "C1", "text": "T-42", "blocks": CARD}),
        ("chat.postMessage", {"channel": "C1", "text": "T-42", "thread_ts": "1.2", "unfurl_links": False}),
        ("chat.update", {"channel": "C1", "ts": "1.2", "text": "T-42", "blocks": CARD}),
        ("chat.postEphemeral", {"channel": "C1", "user": "U1", "text": "only you"}),
        ("chat.delete", {"channel": "C1", "ts": "1.2"}),
        ("views.open", {"trigger_id": "1.2.3", "view": view()}),
        ("views.publish", {"user_id": "U1", "view": {"type": "home", "blocks": CARD}}),
        ("users.info", {"user": "U1", "include_locale": "1"}),
        ("auth.test", {}),
        ("conversations.open", {"users": "U1"}),
        ("reactions.add", {"channel": "C1", "timestamp": "1.2", "name": "eyes"}),
        ("response_url", {"text": "done", "replace_original": True}),
        (
            "chat.postMessage",
            {
                "channel": "C1",
                "text": "x",
                "blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}],
            },
        ),
    ],
)
def test_right_calls_pass(method: str, arguments: Json) -> None:
    assert check(method, arguments) == []


def message(*blocks: Json) -> Json:
    return {"channel": "C1", "text": "x", "blocks": list(blocks)}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


@pytest.mark.parametrize(
    ("method", "arguments", "says"),
    [
        ("chat.postMassage", {"channel": "C1", "text": "x"}, "no such method"),
        ("chatpostMessage", {"channel": "C1", "text": "x"}, "no such method"),
        ("chat.postMessage", {"text": "x"}, "channel"),
        ("chat.postMessage", {"channel": "C1"}, "required"),
        ("chat.postMessage", {"channel": "C1", "text": "x", "colour": "red"}, "colour"),
        ("chat.postMessage", {"channel": 1, "text": "x"}, "string"),
        ("chat.update", {"channel": "C1", "text": "x"}, "ts"),
        ("chat.postMessage", message({"type": "sektion"}), "blocks[0]"),
        ("chat.postMessage", message({"type": "section", "txt": "x"}), "blocks[0]"),
        ("chat.postMessage", message({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}), "blocks[0]"),
        ("chat.postMessage", message(actions(button(style="green"))), "blocks[0]"),
        ("chat.postMessage", message(section("x" * 3001)), "3000"),
        ("chat.postMessage", message(actions(button("x" * 76))), "75"),
        ("chat.postMessage", message(actions(button(value="x" * 2001))), "2000"),
        ("chat.postMessage", message(actions(button(), button())), "action_id claim"),
        ("chat.postMessage", message(actions(*[button(action_id=str(n)) for n in range(26)])), "more than 25"),
        ("chat.postMessage", message(*[{"type": "divider"}] * 51), "at most 50"),
        (
            "chat.postMessage",
            message({"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}),
            "twice",
        ),
        ("chat.postMessage", message({"type": "alert", "text": {"type": "plain_text", "text": "x"}}), "modals only"),
        ("chat.postMessage", message({"type": "markdown", "text": "x" * 12_001}), "12000"),
        ("chat.postMessage", message(*[{"type": "data_visualization"}] * 3), "more than 2"),
        (
            "chat.postMessage",
            message({"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}),
            "fields: longer than 2000",
        ),
        (
            "chat.postMessage",
            message({"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}),
            "more than 10",
        ),
        (
            "chat.postMessage",
            message(
                actions(
                    {
                        "type": "static_select",
                        "action_id": "a",
                        "options": [{"text": {"type": "plain_text", "text": "x" * 76}, "value": "v"}],
                    }
                )
            ),
            "longer than 75",
        ),
        ("chat.postMessage", {"channel": "C1", "text": "x" * 40_001}, "40000"),
        ("views.open", {"view": view()}, "trigger_id"),
        ("views.open", {"trigger_id": "1", "view": view(title={"type": "plain_text", "text": "x" * 25})}, "24"),
        ("views.open", {"trigger_id": "1", "view": view(private_metadata="x" * 3001)}, "3000"),
        ("views.open", {"trigger_id": "1", "view": view(blocks=[{"type": "divider"}] * 101)}, "at most 100"),
        ("views.open", {"trigger_id": "1", "view": {"type": "modal", "blocks": []}}, "title"),
        ("response_url", {"text": "x", "response_type": "public"}, "response_type"),
        ("response_url", {"channel": "C1", "text": "x"}, "unknown argument channel"),
        ("response_url", {}, "neither"),
    ],
)
def test_wrong_calls_are_named(method: str, arguments: Json, says: str) -> None:
    assert says in "\n".join(check(method, arguments))
