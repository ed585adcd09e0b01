"""A stand-in of Slack on loopback: the Web API the product calls, and the signed deliveries Slack would make."""

import json
import time
from collections.abc import Mapping
from typing import Any

from slack_sdk.signature import SignatureVerifier

from bot.fakes import slack_payloads as payloads
from bot.fakes.loopback import Delivery
from bot.fakes.slack_limits import interactive_elements
from bot.fakes.slack_service import SlackService
from bot.fakes.slack_workspace import BOT_USER, Channel, Message, ResponseUrl

Json = dict[str, Any]


class FakeSlack(SlackService):
    """`delivery_timeout` bounds the wait for an acknowledgement; Slack itself gives up after three seconds."""

    def __init__(
        self,
        signing_secret: str,
        bot_token: str,
        events_url: str = "",
        *,
        port: int = 0,
        delivery_timeout: float = 30.0,
    ) -> None:
        super().__init__(bot_token, port, delivery_timeout)
        self.signing_secret = signing_secret
        self.events_url = events_url

    @property
    def bot_user(self) -> str:
        return BOT_USER

    @property
    def messages(self) -> list[Message]:
        return self.workspace.messages

    def add_user(self, name: str, email: str) -> str:
        return self.workspace.add_user(name, email)

    def add_channel(self, name: str, channel_id: str = "") -> str:
        return self.workspace.add_channel(name, channel_id)

    def direct_channel(self, user: str) -> str:
        return self.workspace.direct_channel(user)

    def channel_messages(self, channel: str) -> list[Message]:
        return [message for message in self.messages if message.channel == channel]

    async def slash(self, user: str, channel: str, text: str, command: str = "/offhook") -> Delivery:
        """A slash command. An acknowledgement with text becomes a message, as in Slack."""
        response_token = self.workspace.new_response_url(channel, user, None)
        body = payloads.slash_form(
            self.workspace.users[user],
            self.workspace.channels[channel],
            command,
            text,
            self.workspace.new_trigger(user),
            self._response_url(response_token),
        )
        delivery = await self.deliver(body, payloads.FORM, kind="slash_command")
        self._show_acknowledgement(delivery, self.workspace.response_urls[response_token])
        return delivery

    async def mention(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Delivery:
        """Text that a person writes to the bot in a channel; the mention itself is put in front unless it is there."""
        mentioned = text if f"<@{BOT_USER}>" in text else f"<@{BOT_USER}> {text}"
        return await self._say("app_mention", user, channel, mentioned, thread_ts)

    async def message(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Delivery:
        """Text in a channel, or in the direct message with the bot when `channel` is one (see direct_channel)."""
        return await self._say("message", user, channel, text, thread_ts)

    async def _say(self, kind: str, user: str, channel: str, text: str, thread_ts: str | None) -> Delivery:
        place = self.workspace.channels[channel]
        passed_on = payloads.typed_text(text, self.workspace)
        said = Message(channel, self.workspace.new_ts(), user, passed_on, thread_ts=thread_ts or "")
        self._tell("message.posted", channel, self.workspace.post(said))
        return await self.deliver(
            payloads.event_json(payloads.message_event(kind, said, place)), payloads.JSON, kind=f"event.{kind}"
        )

    async def event(self, event: Json) -> Delivery:
        """Any other event, for example app_home_opened or tokens_revoked, in a proper envelope."""
        return await self.deliver(payloads.event_json(event), payloads.JSON, kind=f"event.{event['type']}")

    async def press(
        self, user: str, channel: str, message_ts: str, button: str | int, typed: Mapping[str, str] | None = None
    ) -> Delivery:
        """Presses a button, found by its position in the message or by its action_id, value or label.

        `typed`: what was typed into input blocks before, by block_id; the others hold what they were posted with.
        """
        place, message = self._pressable(user, channel, message_ts)
        block, element = _button(message, button)
        action = payloads.action_of(block, element, self.workspace.new_ts())
        return await self._act(user, place, message, action, typed)

    async def choose(self, user: str, channel: str, message_ts: str, action_id: str, value: str) -> Delivery:
        """Chooses an option of a select, an overflow menu or radio buttons."""
        place, message = self._pressable(user, channel, message_ts)
        for block in message.blocks:
            for element in interactive_elements(block):
                for option in element.get("options") or []:
                    if element.get("action_id") == action_id and option.get("value") == value:
                        action = payloads.action_of(block, element, self.workspace.new_ts(), option)
                        return await self._act(user, place, message, action)
        raise LookupError(f"no option {value!r} of {action_id!r} in message {message_ts}")

    async def _act(
        self, user: str, place: Channel, message: Message, action: Json, typed: Mapping[str, str] | None = None
    ) -> Delivery:
        person = self.workspace.users[user]
        response_url = self._response_url(self.workspace.new_response_url(place.id, user, message))
        trigger = self.workspace.new_trigger(user)
        values = payloads.state_of(message, typed or {})
        body = payloads.action_form(person, place, message, action, values, trigger, response_url)
        return await self.deliver(body, payloads.FORM, kind="block_actions")

    async def press_in_view(self, user: str, view_id: str, button: str | int) -> Delivery:
        """Presses a button of the app home or of an open modal."""
        view = self.workspace.views[view_id]
        block, element = _button(Message("", "", BOT_USER, "", blocks=view["blocks"]), button)
        action = payloads.action_of(block, element, self.workspace.new_ts())
        trigger = self.workspace.new_trigger(user)
        body = payloads.view_action_form(self.workspace.users[user], view, action, trigger)
        return await self.deliver(body, payloads.FORM, kind="block_actions")

    async def submit(self, user: str, view_id: str, values: Json) -> Delivery:
        """Submits a modal; `values` is Slack's state: {block_id: {action_id: {"type": …, "value": …}}}."""
        view = self.workspace.views[view_id]
        trigger = self.workspace.new_trigger(user)
        body = payloads.submission_form(self.workspace.users[user], view, values, trigger)
        return await self.deliver(body, payloads.FORM, kind="view_submission")

    async def deliver(
        self,
        body: bytes,
        content_type: str = payloads.JSON,
        *,
        timestamp: str | None = None,
        signature: str | None = None,
        headers: Mapping[str, str] | None = None,
        kind: str = "raw",
    ) -> Delivery:
        """Posts these bytes. Signed truly unless told otherwise; an empty header is left out."""
        stamp = str(int(time.time())) if timestamp is None else timestamp
        signed = SignatureVerifier(self.signing_secret).generate_signature(timestamp=stamp, body=body) or ""
        sent = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        sent |= {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signed if signature is None else signature}
        sent = {name: value for name, value in (sent | dict(headers or {})).items() if value}
        return await self._post(kind, self.events_url, body, sent)

    async def redeliver(self, delivery: Delivery, number: int = 1, reason: str = "http_timeout") -> Delivery:
        """The same bytes once more, freshly signed and marked as Slack marks its retries."""
        return await self.deliver(
            delivery.sent_body,
            delivery.sent_headers["Content-Type"],
            headers={"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason},
            kind=delivery.kind,
        )

    def _pressable(self, user: str, channel: str, message_ts: str) -> tuple[Channel, Message]:
        message = self.workspace.find(channel, message_ts)
        if message is None or message.ephemeral_to not in ("", user):
            raise LookupError(f"{user} sees no message {message_ts} in {channel}")
        return self.workspace.channels[channel], message

    def _response_url(self, token: str) -> str:
        return f"{self.url}/respond/{token}"

    def _show_acknowledgement(self, delivery: Delivery, target: ResponseUrl) -> None:
        if delivery.status != 200 or not delivery.body.strip():
            return
        try:
            arguments = json.loads(delivery.body)
        except ValueError:
            arguments = {"text": delivery.text}
        if isinstance(arguments, dict) and (arguments.get("text") or arguments.get("blocks")):
            self.respond(arguments, target)


def _button(message: Message, wanted: str | int) -> tuple[Json, Json]:
    buttons = message.buttons()
    if isinstance(wanted, int):
        return buttons[wanted]
    for name in ("action_id", "value", "text"):
        for block, element in buttons:
            shown = element.get(name)
            if (shown.get("text") if isinstance(shown, dict) else shown) == wanted:
                return block, element
    raise LookupError(f"no button {wanted!r} in message {message.ts}")
