"""The stand-in of Telegram behaves towards python-telegram-bot as Telegram does."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from bot.fakes.loopback import Change
from bot.fakes.telegram import HEADER, FakeTelegram
from bot.fakes.telegram_text import parse_html

TOKEN = "123456:test-token"
SECRET = "webhook_secret-1"


class App:
    """The receiving side: keeps updates and answers 200 unless told otherwise."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.reply: dict[str, Any] | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.received.append((dict(request.headers), await request.read()))
        return web.json_response(self.reply, status=self.status) if self.reply else web.Response(status=self.status)

    @property
    def updates(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.received]


@pytest.fixture
async def app() -> App:
    return App()


@pytest.fixture
async def telegram(app: App) -> AsyncIterator[FakeTelegram]:
    server = web.Application()
    server.router.add_post("/telegram", app.handle)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with FakeTelegram(TOKEN, SECRET, f"http://127.0.0.1:{port}/telegram") as fake:
        yield fake
    await runner.cleanup()


def bot_for(telegram: FakeTelegram, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=f"{telegram.api_url}/bot", base_file_url=f"{telegram.api_url}/file/bot")


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with bot_for(telegram) as running:
        yield running


def keys(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([list(buttons)])


async def test_the_bot_knows_who_it_is(telegram: FakeTelegram, bot: Bot) -> None:
    assert (bot.id, bot.username) == (123456, telegram.bot_name)


async def test_a_wrong_token_is_unauthorised_and_a_malformed_one_not_found(telegram: FakeTelegram) -> None:
    with pytest.raises(InvalidToken):
        await bot_for(telegram, "123456:wrong").__aenter__()
    async with aiohttp.ClientSession() as session, session.post(f"{telegram.api_url}/botnonsense/getMe") as response:
        assert (response.status, (await response.json())["description"]) == (404, "Not Found")
    assert telegram.calls == []


async def test_an_unknown_method_is_not_found(telegram: FakeTelegram) -> None:
    url = f"{telegram.api_url}/bot{TOKEN}/sendMassage"
    async with aiohttp.ClientSession() as session, session.post(url) as response:
        assert (response.status, (await response.json())["error_code"]) == (404, 404)


async def test_a_message_is_sent_edited_and_deleted(telegram: FakeTelegram, bot: Bot) -> None:
    ann = telegram.add_user("Ann")
    sent = await bot.send_message(ann, "D-7", reply_markup=keys(InlineKeyboardButton("Won", callback_data="tok1")))
    assert telegram.calls[-1].arguments["chat_id"] == ann
    assert telegram.calls[-1].arguments["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "tok1"
    await bot.edit_message_text("D-7 is won", ann, sent.message_id)
    (message,) = telegram.chat_messages(ann)
    assert (message.text, message.edited, message.reply_markup) == ("D-7 is won", True, None)
    await bot.edit_message_reply_markup(
        ann, sent.message_id, reply_markup=keys(InlineKeyboardButton("U", url="https://a.b"))
    )
    assert message.buttons()[0]["url"] == "https://a.b"
    await bot.delete_message(ann, sent.message_id)
    assert telegram.messages == []


async def test_html_is_read_and_measured_after_parsing(telegram: FakeTelegram, bot: Bot) -> None:
    ann = telegram.add_user("Ann")
    sent = await bot.send_message(ann, "<b>Größe 😀</b> &lt;5 &amp; <i>x</i>" + "y" * 4080, parse_mode="HTML")
    assert sent.text is not None
    assert sent.text.startswith("Größe 😀 <5 & x")
    assert [(entity.type, entity.offset, entity.length) for entity in sent.entities] == [
        ("bold", 0, 8),
        ("italic", 14, 1),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<b>open", 'find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("ü <script>x</script>", 'Unsupported start tag "script" at byte offset 3'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", "tg-spoiler"),
    ],
)
async def test_broken_html_is_refused(telegram: FakeTelegram, bot: Bot, text: str, says: str) -> None:
    ann = telegram.add_user("Ann")
    with pytest.raises(BadRequest, match="parse entities") as refused:
        await bot.send_message(ann, text, parse_mode="HTML")
    assert says.lower() in refused.value.message.lower()
    assert telegram.messages == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("&lt;b&gt; &quot;x&quot; &#8364; &#x20ac; &nbsp; & &unknown;", '<b> "x" € € &nbsp; & &unknown;'),
        ('<a href="https://x/?a=1&amp;b=2">link</a>', "link"),
        ("<pre><code class='language-py'>a</code></pre><blockquote expandable>b</blockquote>", "ab"),
    ],
)
def test_allowed_html_is_read(source: str, text: str) -> None:
    assert parse_html(source)[0] == text


async def test_text_is_limited_in_utf16_units(telegram: FakeTelegram, bot: Bot) -> None:
    ann = telegram.add_user("Ann")
    await bot.send_message(ann, "😀" * 2048)
    with pytest.raises(BadRequest, match=r"(?i)message is too long"):
        await bot.send_message(ann, "😀" * 2048 + "x")
    with pytest.raises(BadRequest, match=r"(?i)message text is empty"):
        await bot.send_message(ann, "<b> </b>", parse_mode="HTML")


async def test_callback_data_is_limited_in_bytes(telegram: FakeTelegram, bot: Bot) -> None:
    ann = telegram.add_user("Ann")
    await bot.send_message(ann, "x", reply_markup=keys(InlineKeyboardButton("Ja", callback_data="ü" * 32)))
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(ann, "x", reply_markup=keys(InlineKeyboardButton("Ja", callback_data="ü" * 33)))


async def test_keyboards_that_telegram_refuses_are_refused(telegram: FakeTelegram, bot: Bot) -> None:
    ann, group = telegram.add_user("Ann"), telegram.add_group("Sales")
    with pytest.raises(BadRequest, match="text buttons are unallowed"):
        await bot.send_message(ann, "x", reply_markup=keys(InlineKeyboardButton("nothing")))
    with pytest.raises(BadRequest, match=r"(?i)reply_markup_too_long"):
        await bot.send_message(ann, "x", reply_markup=keys(*[InlineKeyboardButton("a", callback_data="b")] * 101))
    contact = ReplyKeyboardMarkup([[KeyboardButton("My number", request_contact=True)]])
    await bot.send_message(ann, "x", reply_markup=contact)
    with pytest.raises(BadRequest, match="private chats only"):
        await bot.send_message(group, "x", reply_markup=contact)


async def test_an_edit_that_changes_nothing_is_refused(telegram: FakeTelegram, bot: Bot) -> None:
    ann = telegram.add_user("Ann")
    sent = await bot.send_message(ann, "x")
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("x", ann, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("x", ann, 4040)


async def test_strangers_and_people_who_blocked_the_bot_are_not_written_to(telegram: FakeTelegram, bot: Bot) -> None:
    ann, ben = telegram.add_user("Ann"), telegram.add_user("Ben", started=False)
    telegram.block(ann)
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(ann, "x")
    with pytest.raises(Forbidden, match="initiate"):
        await bot.send_message(ben, "x")
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(4040, "x")
    await telegram.command(ben, "start")
    await bot.send_message(ben, "welcome")


async def test_a_chart_is_sent_as_a_photo_and_can_be_fetched_again(telegram: FakeTelegram, bot: Bot) -> None:
    ann = telegram.add_user("Ann")
    sent = await bot.send_photo(ann, b"png bytes", caption="<b>Pipeline</b>", parse_mode="HTML")
    assert (sent.caption, telegram.messages[0].source) == ("Pipeline", "<b>Pipeline</b>")
    file = await bot.get_file(sent.photo[0].file_id)
    assert bytes(await file.download_as_bytearray()) == b"png bytes"
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_document(ann, b"x", filename="a.csv", caption="x" * 1025)
    document = await bot.send_document(ann, b"a,b", filename="a.csv")
    assert document.document is not None
    assert document.document.file_name == "a.csv"
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id"):
        await bot.get_file("none")


async def test_commands_are_published_and_checked(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.set_my_commands([("pipeline", "Offene Deals")], language_code="de")
    assert telegram.chats.commands["de"][0]["command"] == "pipeline"
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Pipe-Line", "x")])


async def test_the_webhook_can_be_set_shown_and_removed(telegram: FakeTelegram, bot: Bot, app: App) -> None:
    ann, url = telegram.add_user("Ann"), telegram.webhook_url
    await bot.set_webhook(url, secret_token="another", allowed_updates=["message"])
    info = await bot.get_webhook_info()
    assert (info.url, info.allowed_updates) == (url, ("message",))
    await telegram.text(ann, "hello")
    assert app.received[0][0][HEADER] == "another"
    refused = await telegram.deliver({"update_id": 1, "callback_query": {}})
    assert (refused.status, len(app.received)) == (0, 1)
    with pytest.raises(BadRequest, match="https url must be provided"):
        await bot.set_webhook("http://example.org/telegram")
    with pytest.raises(BadRequest, match="unallowed characters"):
        await bot.set_webhook(url, secret_token="ü")
    await bot.delete_webhook()
    assert (await telegram.text(ann, "hello")).error == "no webhook address is set"


async def test_planned_failures_reach_the_library_as_its_own_exceptions(
    telegram: FakeTelegram, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # otherwise reading RetryAfter is itself a deprecation warning
    ann = telegram.add_user("Ann")
    telegram.fail_next("sendMessage", retry_after=3)
    with pytest.raises(RetryAfter):
        await bot.send_message(ann, "x")
    assert telegram.calls[-1].answer["parameters"] == {"retry_after": 3}
    telegram.fail_next("sendMessage", 502, error="Bad Gateway")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ann, "x")
    telegram.fail_next("sendMessage", drop=True)
    with pytest.raises(NetworkError):
        await bot.send_message(ann, "never arrived")
    telegram.fail_next("sendMessage", lose_answer=True)
    with pytest.raises(TelegramError):
        await bot.send_message(ann, "arrived")
    assert [message.text for message in telegram.messages] == ["arrived"]


async def test_updates_carry_the_secret_and_are_what_the_library_expects(
    telegram: FakeTelegram, bot: Bot, app: App
) -> None:
    ann = telegram.add_user("Ann", "ann_sales", "de")
    sent = await bot.send_message(ann, "x", reply_markup=keys(InlineKeyboardButton("Won", callback_data="tok1")))
    await telegram.text(ann, "zeig D-7")
    await telegram.command(ann, "pipeline", "2026")
    await telegram.contact(ann, "+4930900000")
    await telegram.press(ann, sent.message_id, "Won")
    heard: list[str] = []
    application = Application.builder().bot(bot).updater(None).build()

    async def on_command(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        heard.append(f"command {context.args}")

    async def on_press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        heard.append(f"press {update.callback_query.data}")
        await update.callback_query.answer("done")

    application.add_handler(CommandHandler("pipeline", on_command))
    application.add_handler(CallbackQueryHandler(on_press))
    async with application:
        for headers, body in app.received:
            assert headers[HEADER] == SECRET
            await application.process_update(Update.de_json(json.loads(body), bot))
    assert heard == ["command ['2026']", "press tok1"]
    assert app.updates[0]["message"]["from"]["language_code"] == "de"
    assert app.updates[2]["message"]["contact"]["user_id"] == ann
    assert [answer["text"] for answer in telegram.chats.answered_queries.values()] == ["done"]


async def test_a_press_is_answered_once_and_briefly(telegram: FakeTelegram, bot: Bot, app: App) -> None:
    ann = telegram.add_user("Ann")
    sent = await bot.send_message(ann, "x", reply_markup=keys(InlineKeyboardButton("Won", callback_data="tok1")))
    for way in (0, "tok1", "Won"):
        await telegram.press(ann, sent.message_id, way)
    assert [update["callback_query"]["data"] for update in app.updates] == ["tok1"] * 3
    query = app.updates[0]["callback_query"]["id"]
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await bot.answer_callback_query(query, "x" * 201)
    await bot.answer_callback_query(query, "won")
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query(query)
    with pytest.raises(LookupError):
        await telegram.press(ann, sent.message_id, "Lost")


async def test_a_key_of_a_reply_keyboard_sends_its_label(telegram: FakeTelegram, bot: Bot, app: App) -> None:
    ann = telegram.add_user("Ann")
    asks_contact = KeyboardButton("My number", request_contact=True)
    sent = await bot.send_message(ann, "?", reply_markup=ReplyKeyboardMarkup([["Yes"], [asks_contact]]))
    await telegram.press(ann, sent.message_id, "Yes")
    await telegram.press(ann, sent.message_id, "My number")
    assert app.updates[0]["message"]["text"] == "Yes"
    assert app.updates[1]["message"]["contact"]["user_id"] == ann


async def test_in_a_group_only_what_is_addressed_to_the_bot_is_delivered(telegram: FakeTelegram, app: App) -> None:
    ann, group = telegram.add_user("Ann"), telegram.add_group("Sales")
    silent = await telegram.text(ann, "lunch?", group)
    assert (silent.status, app.received) == (0, [])
    await telegram.command(ann, "pipeline", chat_id=group)
    await telegram.text(ann, f"@{telegram.bot_name} next", group)
    assert [update["message"]["text"] for update in app.updates] == ["/pipeline@offhook_bot", "@offhook_bot next"]
    assert {update["message"]["chat"]["id"] for update in app.updates} == {group}


async def test_the_same_update_again_is_the_same_bytes(telegram: FakeTelegram, app: App) -> None:
    ann = telegram.add_user("Ann")
    app.status = 500
    first = await telegram.text(ann, "hello")
    await telegram.redeliver(first)
    assert first.status == 500
    assert app.received[0][1] == app.received[1][1]
    assert telegram.webhook.last_error == "Wrong response from the webhook: 500"


async def test_forged_and_broken_deliveries_can_be_made(telegram: FakeTelegram, app: App) -> None:
    await telegram.deliver({"update_id": 1, "message": {}}, secret="wrong")
    await telegram.deliver({"update_id": 1, "message": {}}, secret="")
    await telegram.deliver(b"{", content_type="text/plain")
    assert app.received[0][0][HEADER] == "wrong"
    assert HEADER not in app.received[1][0]
    assert app.received[2][1] == b"{"


async def test_a_webhook_may_answer_with_a_method(telegram: FakeTelegram, app: App) -> None:
    ann = telegram.add_user("Ann")
    app.reply = {"method": "sendMessage", "chat_id": ann, "text": "at once"}
    await telegram.text(ann, "hello")
    assert telegram.messages[-1].text == "at once"
    assert telegram.calls_of("sendMessage")[0].status == 200


async def test_observers_hear_of_every_change(telegram: FakeTelegram, bot: Bot) -> None:
    heard: list[Change] = []
    telegram.on_change.append(heard.append)
    ann = telegram.add_user("Ann")
    await telegram.text(ann, "hello")
    await bot.send_message(ann, "hi")
    kinds = [(change.kind, change.place) for change in heard if change.kind == "message.posted"]
    assert kinds == [("message.posted", str(ann))] * 2
    assert [c.subject.status for c in heard if c.kind == "delivery.made"] == [200]
