"""The playground: one page that drives the real webhooks through the stand-ins. Part of the demo only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from bot import terminal
from telephony.simulator import Call
from webhooks.console.snapshot import snapshot
from webhooks.demo.company import PEOPLE
from webhooks.demo.stand_ins import StandIns
from webhooks.errors import problem
from webhooks.runtime import Runtime

HERE = Path(__file__).parent
POLICY = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
SETTLE_SECONDS = 0.04
ANSWER_SECONDS = 5.0
LONGEST_INPUT = 2000
MOST_INPUTS = 20

Act = Callable[[dict[str, Any]], Awaitable[dict[str, Any] | None]]


def _handler(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            body = await request.json()
            inputs = body.pop("typed", {}) if isinstance(body.get("typed"), dict) else {}
            filled_in = {_typed(name): _typed(text) for name, text in list(inputs.items())[:MOST_INPUTS]}
            answer = await act({name: _typed(value) for name, value in body.items()} | {"typed": filled_in})
        except KeyError as error:
            return problem(400, "That did not work", f"{error.args[0]} is missing or unknown.")
        except (ValueError, AttributeError, LookupError, RecursionError) as error:
            return problem(400, "That did not work", str(error))
        return web.json_response(answer or {})

    return handle


def _typed(value: Any) -> str:
    """What a keyboard could have sent: halves of surrogate pairs would break the stream of every open page."""
    return str(value)[:LONGEST_INPUT].encode("utf-8", "replace").decode("utf-8")


class Playground:
    def __init__(self, runtime: Runtime, services: StandIns) -> None:
        self._runtime = runtime
        self._services = services
        self._listeners: set[asyncio.Event] = set()
        self._page = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True).get_template(
            "playground.html"
        )
        self._closing = False
        services.on_change.append(self._tell)

    def add_to(self, app: web.Application) -> None:
        acts: dict[str, Act] = {
            "phone": self.phone,
            "agent-phone": self.agent_phone,
            "slack": self.slack,
            "telegram": self.telegram,
            "race": self.race,
            "everywhere": self.everywhere,
        }
        app.router.add_get("/", self.page)
        app.router.add_get("/playground/events", self.events)
        app.router.add_static("/playground/static", HERE / "static")
        for name, act in acts.items():
            app.router.add_post(f"/playground/{name}", _handler(act))
        app.on_shutdown.append(self._close)

    async def _close(self, _app: web.Application) -> None:
        """Open pages would hold the server up."""
        self._closing = True
        self._tell()

    async def page(self, _request: web.Request) -> web.Response:
        html = self._page.render(
            company=self._runtime.company.name,
            line=self._runtime.company.phone.number,
            people=[(person.name, person.phone) for person in PEOPLE[:4]],
            team=list(self._services.slack_users),
        )
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The whole state at each change: a page that reconnects is right again at once."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        changed = asyncio.Event()
        changed.set()
        self._listeners.add(changed)
        try:
            while not self._closing:
                await changed.wait()
                changed.clear()
                state = json.dumps(snapshot(self._services), ensure_ascii=False)
                await response.write(f"data: {state}\n\n".encode())
                await asyncio.sleep(SETTLE_SECONDS)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._listeners.discard(changed)
        return response

    async def phone(self, body: dict[str, Any]) -> None:
        network = self._services.twilio
        if body["do"] == "dial":
            await network.dial(body["from"], self._runtime.company.phone.number)
            return
        await self._act(self._newest(is_inbound=True), body)

    async def agent_phone(self, body: dict[str, Any]) -> None:
        await self._act(self._newest(is_inbound=False), body)

    async def slack(self, body: dict[str, Any]) -> None:
        """A press, or words: `/offhook …` is the command, anything else is a message that mentions us."""
        slack, user = self._services.slack, self._services.slack_users[body["who"]]
        channel = self._services.slack_channel
        if "button" in body:
            await slack.press(user, body["channel"], body["message"], int(body["button"]), body["typed"])
        elif body["text"].startswith("@"):
            await slack.mention(user, channel, body["text"].lstrip("@").removeprefix("Offhook").strip())
        else:
            await slack.slash(user, channel, body["text"].removeprefix("/offhook").strip())

    async def telegram(self, body: dict[str, Any]) -> None:
        telegram, user = self._services.telegram, self._services.telegram_user
        if "button" in body:
            await telegram.press(user, int(body["message"]), int(body["button"]))
        else:
            await telegram.text(user, body["text"])

    async def race(self, _body: dict[str, Any]) -> dict[str, Any]:
        """Both press Claim on the newest free ticket in the same moment."""
        services = self._services
        cards = [message for message in services.slack.channel_messages(services.slack_channel) if _claimable(message)]
        if not cards:
            raise LookupError("No ticket is free to claim. Open one first.")
        before = {name: len(self._answers(account)) for name, account in services.slack_users.items()}
        presses = [
            services.slack.press(account, services.slack_channel, cards[-1].ts, "Claim")
            for account in services.slack_users.values()
        ]
        await asyncio.gather(*presses)
        answers = {}
        for name, account in services.slack_users.items():
            answers[name] = await self._next_answer(partial(self._answers, account), before[name])
        return {"answers": answers}

    async def everywhere(self, body: dict[str, Any]) -> dict[str, Any]:
        """One sentence in four mouths, one after the other so that each answer can be told apart."""
        text, services = body["text"], self._services
        mira = services.slack_users["Mira Okafor"]
        heard, chat = len(self._answers(mira)), len(self._chat())
        await services.slack.slash(mira, services.slack_channel, text)
        in_slack = await self._next_answer(partial(self._answers, mira), heard)
        await services.telegram.text(services.telegram_user, text)
        in_telegram = await self._next_answer(self._chat, chat)
        reply = await terminal.ask(self._runtime.database, None, text, self._runtime.clock())
        self._runtime.woken.set()
        call = await services.twilio.dial(PEOPLE[0].phone, self._runtime.company.phone.number)
        said = len(call.prompts)
        await call.say(text)
        on_phone = call.prompts[said].text if len(call.prompts) > said else "…"
        await call.hang_up()
        return {"answers": {"Slack": in_slack, "Telegram": in_telegram, "Terminal": reply.text, "Phone": on_phone}}

    def _answers(self, account: str) -> list[str]:
        return [message.text for message in self._services.slack.messages if message.ephemeral_to == account]

    def _chat(self) -> list[str]:
        messages = self._services.telegram.chat_messages(self._services.telegram_user)
        return [message.text for message in messages if message.from_bot]

    async def _next_answer(self, read: Callable[[], list[str]], before: int) -> str:
        """The first answer beyond `before`, as soon as the worker has carried it."""
        changed = asyncio.Event()
        self._listeners.add(changed)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while len(read()) <= before:
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            return "…"
        finally:
            self._listeners.discard(changed)
        return read()[before]

    def _newest(self, *, is_inbound: bool) -> Call:
        calls = [call for call in self._services.twilio.calls.values() if call.is_inbound == is_inbound]
        if not calls or calls[-1].is_over:
            raise LookupError("There is no call on this phone.")
        return calls[-1]

    async def _act(self, call: Call, body: dict[str, Any]) -> None:
        from telephony.simulator.control import act

        await act(call, body["do"], body.get("with", ""))

    def _tell(self) -> None:
        for changed in self._listeners:
            changed.set()


def _claimable(message: Any) -> bool:
    labels = [button.get("text", {}).get("text") for _block, button in message.buttons()]
    return "Claim" in labels and not message.ephemeral_to
