"""The stand-in of Slack behaves towards the product's own SDKs as Slack does."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.fakes.loopback import Change
from bot.fakes.slack import FakeSlack

SECRET = "signing-secret-of-a-test"
TOKEN = "xoxb-of-a-test"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class App:
    """The receiving side: keeps what arrived and answers 200 unless told otherwise."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answer: Answer | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.received.append((dict(request.headers), await request.read()))
        return await self.answer(request) if self.answer else web.Response()


@pytest.fixture
async def app() -> App:
    return App()


@pytest.fixture
async def slack(app: App) -> AsyncIterator[FakeSlack]:
    server = web.Application()
    server.router.add_post("/slack/events", app.handle)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with FakeSlack(SECRET, TOKEN, f"http://127.0.0.1:{port}/slack/events") as fake:
        yield fake
    await runner.cleanup()


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(token=TOKEN, base_url=slack.api_url)


def card(said: str = "T-42", **button: Any) -> list[dict[str, Any]]:
    element = {"type": "button", "text": {"type": "plain_text", "text": "Claim"}, "value": "tok1"} | button
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": said}},
        {"type": "actions", "elements": [element]},
    ]


async def error_of(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_the_bot_knows_who_it_is(slack: FakeSlack, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert answer["user_id"] == slack.bot_user


async def test_a_wrong_token_is_refused_and_nothing_is_posted(slack: FakeSlack) -> None:
    channel = slack.add_channel("support")
    stranger = AsyncWebClient(token="xoxb-wrong", base_url=slack.api_url)
    assert await error_of(stranger.chat_postMessage(channel=channel, text="hello")) == "invalid_auth"
    assert slack.messages == []


async def test_a_request_without_a_token_is_not_authed(slack: FakeSlack) -> None:
    async with aiohttp.ClientSession() as session, session.post(f"{slack.api_url}auth.test") as response:
        assert await response.json() == {"ok": False, "error": "not_authed"}


async def test_an_unknown_method_is_called_unknown(client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.postMassage")) == "unknown_method"


async def test_a_card_is_posted_and_edited_in_place(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = slack.add_channel("support")
    posted = await client.chat_postMessage(channel=channel, text="T-42", blocks=card())
    await client.chat_update(channel=channel, ts=posted["ts"], text="T-42 claimed", blocks=card("claimed")[:1])
    (message,) = slack.channel_messages(channel)
    assert (message.text, message.edited, message.blocks[0]["text"]["text"]) == ("T-42 claimed", True, "claimed")


async def test_blocks_arrive_whether_sent_as_json_or_as_a_form(slack: FakeSlack) -> None:
    channel = slack.add_channel("support")
    form = {"token": TOKEN, "channel": channel, "text": "T-1", "blocks": json.dumps(card())}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}chat.postMessage", data=form) as response,
    ):
        assert (await response.json())["ok"] is True
    assert slack.calls[-1].arguments["blocks"] == card()
    assert "token" not in slack.calls[-1].arguments


async def test_a_broken_body_is_refused(slack: FakeSlack) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
    url = f"{slack.api_url}chat.postMessage"
    async with aiohttp.ClientSession() as session, session.post(url, data=b"{", headers=headers) as response:
        assert (await response.json())["error"] == "invalid_json"


async def test_an_ephemeral_message_is_seen_by_one_person_only(slack: FakeSlack, client: AsyncWebClient) -> None:
    ann, ben = slack.add_user("Ann", "ann@example.org"), slack.add_user("Ben", "ben@example.org")
    channel = slack.add_channel("support")
    await client.chat_postEphemeral(channel=channel, user=ann, text="only you")
    assert [m.text for m in slack.workspace.visible_to(ann, channel)] == ["only you"]
    assert slack.workspace.visible_to(ben, channel) == []


async def test_a_message_to_a_person_arrives_in_their_direct_channel(slack: FakeSlack, client: AsyncWebClient) -> None:
    ann = slack.add_user("Ann", "ann@example.org")
    opened = await client.conversations_open(users=ann)
    posted = await client.chat_postMessage(channel=ann, text="hello")
    assert posted["channel"] == opened["channel"]["id"] == slack.direct_channel(ann)
    assert (await client.conversations_info(channel=posted["channel"]))["channel"]["is_im"] is True


async def test_people_are_found_by_id_and_by_address(slack: FakeSlack, client: AsyncWebClient) -> None:
    ann = slack.add_user("Ann Smith", "ann@example.org")
    assert (await client.users_lookupByEmail(email="ANN@example.org"))["user"]["id"] == ann
    assert (await client.users_info(user=ann))["user"]["real_name"] == "Ann Smith"
    assert await error_of(client.users_lookupByEmail(email="no@example.org")) == "users_not_found"
    assert await error_of(client.users_info(user="U404")) == "user_not_found"


async def test_a_message_can_be_deleted_and_reacted_to_once(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = slack.add_channel("support")
    posted = await client.chat_postMessage(channel=channel, text="hello")
    await client.reactions_add(channel=channel, timestamp=posted["ts"], name="eyes")
    assert (
        await error_of(client.reactions_add(channel=channel, timestamp=posted["ts"], name="eyes")) == "already_reacted"
    )
    await client.chat_delete(channel=channel, ts=posted["ts"])
    assert slack.channel_messages(channel) == []
    assert await error_of(client.chat_update(channel=channel, ts=posted["ts"], text="x")) == "message_not_found"


@pytest.mark.parametrize(
    "blocks",
    [
        card("x" * 3001),
        card(text={"type": "plain_text", "text": "x" * 76}),
        card(value="x" * 2001),
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "divider"}] * 51,
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}],
        [{"type": "actions", "elements": card()[1]["elements"] * 26}],
        [{"type": "actions", "elements": [card(action_id="same")[1]["elements"][0]] * 2}],
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}],
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}],
        [{"type": "markdown", "text": "x" * 12_001}],
        [{"type": "data_visualization"}] * 3,
        [{"type": "alert", "text": {"type": "plain_text", "text": "x"}}],
        [{"type": "section"}],
        [{"text": "no type"}],
    ],
)
async def test_blocks_beyond_the_limits_are_refused(
    slack: FakeSlack, client: AsyncWebClient, blocks: list[dict[str, Any]]
) -> None:
    channel = slack.add_channel("support")
    assert await error_of(client.chat_postMessage(channel=channel, text="x", blocks=blocks)) == "invalid_blocks"
    assert slack.messages == []


async def test_text_is_required_and_limited(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = slack.add_channel("support")
    assert await error_of(client.api_call("chat.postMessage", json={"channel": channel, "text": " "})) == "no_text"
    assert await error_of(client.chat_postMessage(channel=channel, text="x" * 40_001)) == "msg_too_long"
    assert await error_of(client.chat_postMessage(channel="C404", text="x")) == "channel_not_found"


async def test_a_rate_limit_carries_retry_after_and_only_once(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = slack.add_channel("support")
    slack.fail_next("chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=channel, text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"
    await client.chat_postMessage(channel=channel, text="x")
    assert len(slack.messages) == 1


async def test_a_server_error_and_a_named_error_can_be_planned(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fail_next("auth.test", 500)
    slack.fail_next("*", 200, error="fatal_error")
    assert await error_of(client.auth_test()) == "internal_error"
    assert await error_of(client.auth_test()) == "fatal_error"


async def test_a_cut_connection_loses_the_request_or_only_the_answer(slack: FakeSlack) -> None:
    client = AsyncWebClient(token=TOKEN, base_url=slack.api_url, retry_handlers=[])
    channel = slack.add_channel("support")
    slack.fail_next("chat.postMessage", drop=True)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="never arrived")
    slack.fail_next("chat.postMessage", lose_answer=True)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="arrived")
    assert [message.text for message in slack.messages] == ["arrived"]


async def test_a_slash_command_is_signed_and_answered_in_private(slack: FakeSlack, app: App) -> None:
    ann, channel = slack.add_user("Ann", "ann@example.org"), slack.add_channel("support")

    async def reply(request: web.Request) -> web.StreamResponse:
        return web.json_response({"response_type": "ephemeral", "text": "one moment"})

    app.answer = reply
    delivery = await slack.slash(ann, channel, "show T-42 & more")
    headers, body = app.received[0]
    assert SignatureVerifier(SECRET).is_valid_request(body, headers)
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert (form["command"], form["text"], form["user_id"]) == ("/offhook", "show T-42 & more", ann)
    assert (delivery.status, slack.messages[-1].text, slack.messages[-1].ephemeral_to) == (200, "one moment", ann)


async def test_a_response_url_works_five_times(slack: FakeSlack, app: App) -> None:
    ann, channel = slack.add_user("Ann", "ann@example.org"), slack.add_channel("support")
    await slack.slash(ann, channel, "next")
    hook = AsyncWebhookClient(parse_qs(app.received[0][1].decode())["response_url"][0])
    assert (await hook.send(text="for you")).status_code == 200
    assert (await hook.send(text="for all", response_type="in_channel")).status_code == 200
    assert (await hook.send(text="for all, corrected", replace_original=True)).status_code == 200
    assert (await hook.send(text="x" * 40_001)).status_code == 400
    assert (await hook.send(text="fifth")).status_code == 200
    assert (await hook.send(text="sixth")).status_code == 404
    assert [(m.text, m.ephemeral_to) for m in slack.messages] == [
        ("for you", ann),
        ("for all, corrected", ""),
        ("fifth", ann),
    ]


async def test_mentions_and_messages_reach_bolt_as_its_own_events(slack: FakeSlack, app: App) -> None:
    heard: list[tuple[str, str, str]] = []
    bolt = AsyncApp(token=TOKEN, signing_secret=SECRET, client=AsyncWebClient(token=TOKEN, base_url=slack.api_url))

    @bolt.event("app_mention")
    async def on_mention(event: dict[str, Any]) -> None:
        heard.append(("mention", event["text"], event["channel"]))

    @bolt.event("message")
    async def on_message(event: dict[str, Any]) -> None:
        heard.append((event["channel_type"], event["text"], event["thread_ts"]))

    @bolt.action("claim")
    async def on_claim(ack: Any, action: dict[str, Any], body: dict[str, Any]) -> None:
        await ack()
        heard.append(("claim", action["value"], body["message"]["ts"]))

    @bolt.command("/offhook")
    async def on_command(ack: Any, command: dict[str, Any]) -> None:
        heard.append(("command", command["text"], command["user_id"]))
        await ack()

    async def dispatch(request: web.Request) -> web.StreamResponse:
        raw = (await request.read()).decode()
        answer = await bolt.async_dispatch(AsyncBoltRequest(body=raw, headers=dict(request.headers)))
        return web.Response(status=answer.status, text=answer.body)

    app.answer = dispatch
    ann, channel = slack.add_user("Ann", "ann@example.org"), slack.add_channel("support")
    client = AsyncWebClient(token=TOKEN, base_url=slack.api_url)
    posted = await client.chat_postMessage(channel=channel, text="T-42", blocks=card(action_id="claim"))
    deliveries = [
        await slack.mention(ann, channel, "next <script>"),
        await slack.message(ann, slack.direct_channel(ann), "help", thread_ts="1.2"),
        await slack.press(ann, channel, posted["ts"], "Claim"),
        await slack.slash(ann, channel, "next"),
    ]
    assert [delivery.status for delivery in deliveries] == [200] * 4
    assert sorted(heard) == sorted(
        [
            ("mention", f"<@{slack.bot_user}> next &lt;script&gt;", channel),
            ("im", "help", "1.2"),
            ("claim", "tok1", posted["ts"]),
            ("command", "next", ann),
        ]
    )


async def test_a_button_is_found_by_position_id_value_or_label(
    slack: FakeSlack, app: App, client: AsyncWebClient
) -> None:
    ann, channel = slack.add_user("Ann", "ann@example.org"), slack.add_channel("support")
    ts = (await client.chat_postMessage(channel=channel, text="T", blocks=card(action_id="claim")))["ts"]
    for way in (0, "claim", "tok1", "Claim"):
        await slack.press(ann, channel, ts, way)
    payloads = [json.loads(parse_qs(body.decode())["payload"][0]) for _, body in app.received]
    assert {(p["actions"][0]["value"], p["container"]["message_ts"]) for p in payloads} == {("tok1", ts)}
    with pytest.raises(LookupError):
        await slack.press(ann, channel, ts, "Resolve")


async def test_a_press_on_a_private_message_carries_no_message_and_is_not_for_others(
    slack: FakeSlack, app: App, client: AsyncWebClient
) -> None:
    ann, ben = slack.add_user("Ann", "ann@example.org"), slack.add_user("Ben", "ben@example.org")
    channel = slack.add_channel("support")
    ts = (await client.chat_postEphemeral(channel=channel, user=ann, text="T", blocks=card()))["message_ts"]
    await slack.press(ann, channel, ts, 0)
    payload = json.loads(parse_qs(app.received[0][1].decode())["payload"][0])
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"] is True
    with pytest.raises(LookupError):
        await slack.press(ben, channel, ts, 0)


async def test_a_choice_from_a_menu_carries_the_option(slack: FakeSlack, app: App, client: AsyncWebClient) -> None:
    ann, channel = slack.add_user("Ann", "ann@example.org"), slack.add_channel("support")
    option = {"text": {"type": "plain_text", "text": "Ben"}, "value": "ben"}
    menu = {"type": "static_select", "action_id": "assign", "options": [option]}
    blocks = [{"type": "actions", "elements": [menu]}]
    ts = (await client.chat_postMessage(channel=channel, text="T", blocks=blocks))["ts"]
    await slack.choose(ann, channel, ts, "assign", "ben")
    payload = json.loads(parse_qs(app.received[0][1].decode())["payload"][0])
    assert payload["actions"][0]["selected_option"] == option


async def test_a_modal_opens_once_per_trigger_and_can_be_submitted(
    slack: FakeSlack, app: App, client: AsyncWebClient
) -> None:
    ann, channel = slack.add_user("Ann", "ann@example.org"), slack.add_channel("support")
    await slack.slash(ann, channel, "open")
    trigger = parse_qs(app.received[0][1].decode())["trigger_id"][0]
    view: dict[str, Any] = {"type": "modal", "title": {"type": "plain_text", "text": "New"}, "blocks": []}
    opened = await client.views_open(trigger_id=trigger, view=view)
    assert await error_of(client.views_open(trigger_id=trigger, view=view)) == "exchanged_trigger_id"
    assert await error_of(client.views_open(trigger_id="1.2.3", view=view)) == "invalid_trigger_id"
    too_long = view | {"title": {"type": "plain_text", "text": "x" * 25}}
    view_id = opened["view"]["id"]
    assert await error_of(client.views_update(view_id=view_id, view=too_long)) == "invalid_arguments"
    updated = await client.views_update(
        view_id=view_id, hash=opened["view"]["hash"], view=view | {"callback_id": "new"}
    )
    assert await error_of(client.views_update(view_id=view_id, hash="old", view=view)) == "hash_conflict"
    await slack.submit(ann, view_id, {"b": {"a": {"type": "plain_text_input", "value": "Ann"}}})
    submitted = json.loads(parse_qs(app.received[-1][1].decode())["payload"][0])
    assert submitted["view"]["callback_id"] == updated["view"]["callback_id"] == "new"
    assert submitted["view"]["state"]["values"]["b"]["a"]["value"] == "Ann"


async def test_a_home_tab_is_published_and_its_button_pressed(
    slack: FakeSlack, app: App, client: AsyncWebClient
) -> None:
    ann = slack.add_user("Ann", "ann@example.org")
    published = await client.views_publish(user_id=ann, view={"type": "home", "blocks": card()})
    await slack.press_in_view(ann, published["view"]["id"], "Claim")
    payload = json.loads(parse_qs(app.received[0][1].decode())["payload"][0])
    assert (payload["container"]["type"], payload["actions"][0]["value"]) == ("view", "tok1")
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
    assert await error_of(client.views_publish(user_id=ann, view=modal)) == "invalid_arguments"


async def test_the_same_delivery_again_has_the_same_body_and_says_so(slack: FakeSlack, app: App) -> None:
    ann, channel = slack.add_user("Ann", "ann@example.org"), slack.add_channel("support")
    first = await slack.mention(ann, channel, "next")
    await slack.redeliver(first, 2)
    (_, body), (headers, again) = app.received
    assert body == again
    assert headers["X-Slack-Retry-Num"] == "2"
    assert SignatureVerifier(SECRET).is_valid_request(again, headers)


async def test_forged_old_and_unsigned_deliveries_can_be_made(slack: FakeSlack, app: App) -> None:
    await slack.deliver(b"{}", signature="v0=00")
    await slack.deliver(b"{}", timestamp="1")
    await slack.deliver(b"{}", signature="", timestamp="")
    verifier = SignatureVerifier(SECRET)
    assert [verifier.is_valid_request(body, headers) for headers, body in app.received] == [False] * 3
    assert "X-Slack-Signature" not in app.received[2][0]


async def test_an_unreachable_app_is_reported_not_raised(slack: FakeSlack) -> None:
    slack.events_url = "http://127.0.0.1:9/slack/events"
    delivery = await slack.deliver(b"{}")
    assert delivery.status == 0
    assert "127.0.0.1" in delivery.error
    slack.events_url = ""
    assert (await slack.deliver(b"{}")).error == "no webhook address is set"


async def test_observers_hear_of_every_change(slack: FakeSlack, client: AsyncWebClient) -> None:
    heard: list[Change] = []
    slack.on_change.append(heard.append)
    ann, channel = slack.add_user("Ann", "ann@example.org"), slack.add_channel("support")
    posted = await client.chat_postMessage(channel=channel, text="hello")
    await client.chat_update(channel=channel, ts=posted["ts"], text="hello again")
    await slack.message(ann, channel, "hi")
    assert [change.kind for change in heard] == [
        "message.posted",
        "api.called",
        "message.updated",
        "api.called",
        "message.posted",
        "delivery.made",
    ]
    assert {change.place for change in heard if change.kind.startswith("message")} == {channel}
