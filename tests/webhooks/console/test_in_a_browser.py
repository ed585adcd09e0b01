"""The playground as people see it: the real demo in its own process, in a real browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser import chromium_or_skip, open_page
from tests.webhooks.demo.starting import Started, started

MIRA, JONAS = "Mira Okafor", "Jonas Weber"
MARKUP = "<img src=x onerror=window.executed=1> <b>bold</b> <script>window.executed=2</script>"
LEAST_CONTRAST = 4.5

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTRASTS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let place = element; place; place = place.parentElement) {
      const found = channels(getComputedStyle(place).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const texts = [...document.body.querySelectorAll("*")].filter((element) => element.checkVisibility()
    && [...element.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()));
  return [document.body, ...texts].map((element) => {
    const [low, high] = [channels(getComputedStyle(element).color), ground(element)].map(luminance)
      .sort((a, b) => a - b);
    const name = `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 30)}`;
    return [name, (high + 0.05) / (low + 0.05)];
  });
}"""

FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const { key, agent } = element.dataset;
  const known = element.id || (key && `key ${key}`) || (agent && `agent ${agent}`) || element.textContent.trim();
  return {
    name: element === document.body ? "BODY" : known,
    place: [...document.querySelectorAll("*")].indexOf(element),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
  };
}"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    chromium_or_skip()
    with started(tmp_path_factory.mktemp("demo")) as found:
        yield found


class Watched:
    """What a page must not do, whatever is done to it."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("console", lambda said: self._note(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", lambda request: self._check(request.url))

    def _note(self, text: str) -> None:
        self.complaints.append(text)

    def _check(self, url: str) -> None:
        if urlsplit(url).scheme != "data" and urlsplit(url).hostname != "127.0.0.1":
            self.complaints.append(f"a request to {url}")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(demo: Started) -> AsyncIterator[Browser]:
    async with open_page(chromium_or_skip()) as page:
        assert page.context.browser is not None
        yield page.context.browser


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, demo: Started) -> AsyncIterator[Page]:
    async with _opened(browser, demo) as found:
        yield found


@asynccontextmanager
async def _opened(
    browser: Browser, demo: Started, *, width: int = 1440, dark: bool = False, forgiven: Collection[str] = ()
) -> AsyncIterator[Page]:
    """A page of a new visitor, as soon as the first state is drawn."""
    size: ViewportSize = {"width": width, "height": 900}
    async with await browser.new_context(viewport=size, color_scheme="dark" if dark else "light") as context:
        page = await context.new_page()
        watched = Watched(page)
        await page.goto(demo.url)
        await _drawn(page)
        yield page
        assert [said for said in watched.complaints if said not in forgiven] == []


async def _drawn(page: Page) -> None:
    await expect(_slack(page, MIRA).locator("article").first).to_be_visible()


def _slack(page: Page, who: str) -> Locator:
    return page.locator(f'.slack[data-who="{who}"]')


def _card(page: Page, who: str, title: str) -> Locator:
    """The newest card with this in its title."""
    bold = page.locator("b", has_text=title)
    return _slack(page, who).locator("article:not(.whisper)").filter(has=bold).last


async def _type(place: Locator, text: str) -> None:
    await place.locator("input").fill(text)
    await place.locator("input").press("Enter")


async def _place_a_call(page: Page) -> None:
    call = page.locator("#call")
    if await call.text_content() == "Hang up":
        await call.click()
    await expect(call).to_have_text("Call")
    await call.click()
    await expect(page.locator("#phone-state")).to_contain_text("in the menu")


async def _open_ticket(page: Page, subject: str) -> Locator:
    await _type(_slack(page, MIRA), f"open ticket {subject}")
    card = _card(page, MIRA, f"· {subject}")
    await expect(card).to_be_visible()
    return card


async def test_a_call_becomes_a_ticket_that_one_of_two_agents_claims(page: Page) -> None:
    await _place_a_call(page)
    for who in (MIRA, JONAS):
        await expect(_card(page, who, "Greta Sommer")).to_contain_text("in the menu", ignore_case=True)

    await page.locator('[data-key="2"]').click()
    await page.locator("#words").fill("Die Backofenlüftung ist ausgefallen")
    await page.locator("#words").press("Enter")
    await expect(page.locator("#phone-heard")).to_contain_text("Sie haben gesagt: Die Backofenlüftung ist ausgefallen")
    await page.locator('[data-key="1"]').click()
    for who in (MIRA, JONAS):
        await expect(_card(page, who, "Die Backofenlüftung ist ausgefallen")).to_contain_text("Greta Sommer")

    await page.locator("#race").click()
    answers = page.locator("#answers dd")
    await expect(answers).to_have_count(2)
    await expect(answers.filter(has_text=re.compile("is yours:|gehört Ihnen:"))).to_have_count(1)
    await expect(answers.filter(has_text=re.compile("claimed it|hat es übernommen"))).to_have_count(1)
    for step in ("call", "ticket", "claim"):
        await expect(page.locator(f'[data-step="{step}"]')).to_have_class("done")


async def test_hanging_up_from_the_page_ends_the_call(page: Page) -> None:
    await _place_a_call(page)
    await page.locator("#call").click()
    await expect(page.locator("#phone-state")).to_have_text("the call has ended")
    await expect(_card(page, MIRA, "Greta Sommer")).to_contain_text("ended")


async def test_a_waiting_caller_is_connected_on_the_agents_phone(page: Page) -> None:
    await _place_a_call(page)
    await page.locator('[data-key="3"]').click()
    await _card(page, MIRA, "Greta Sommer").get_by_role("button", name="Accept").click()
    await expect(page.locator("#agent-state")).to_have_text("ringing")
    await page.get_by_role("button", name="Answer").click()
    await page.get_by_role("button", name="Press 1").click()
    for state in ("#agent-state", "#phone-state"):
        await expect(page.locator(state)).to_have_text("connected: both are talking")
    await page.locator('[data-agent="hang_up"]').click()
    await expect(page.locator("#agent-state")).to_have_text("the call has ended")


async def test_one_sentence_typed_once_is_answered_in_four_places(page: Page) -> None:
    await page.locator("#sentence").fill("ticket anlegen Der Aufzug steht")
    await page.locator("#sentence").press("Enter")
    await expect(page.locator("#answers dt")).to_have_text(["Slack", "Telegram", "Terminal", "Phone"])
    for answer in await page.locator("#answers dd").all():
        await expect(answer).to_contain_text("ist eröffnet: Der Aufzug steht")


async def test_undo_takes_a_claim_back(page: Page) -> None:
    card = await _open_ticket(page, "The gate squeaks")
    await card.get_by_role("button", name="Claim").click()
    await expect(card).to_contain_text(re.compile(rf"Assigned to\s*{MIRA}"))
    await page.locator("#undo").click()
    await expect(card).not_to_contain_text("Assigned to")
    await expect(card.get_by_role("button", name="Claim")).to_be_visible()


async def test_telegram_answers_with_the_pipeline(page: Page) -> None:
    await _type(page.locator("#telegram"), "/pipeline")
    await expect(page.locator("#telegram article").last).to_contain_text("Pipeline:")
    await expect(page.locator('[data-step="pipeline"]')).to_have_class("done")


async def test_what_cannot_be_done_is_said_on_the_page(browser: Browser, demo: Started) -> None:
    refused = "Failed to load resource: the server responded with a status of 400 (Bad Request)"
    async with _opened(browser, demo, forgiven=[refused]) as page:
        await expect(page.locator("#notice")).to_be_hidden()
        if await page.locator("#call").text_content() == "Hang up":
            await page.locator("#call").click()
            await expect(page.locator("#call")).to_have_text("Call")
        await page.locator('[data-key="5"]').click()
        await expect(page.locator("#notice")).to_have_text("There is no call on this phone.")


async def test_markup_typed_into_any_box_is_shown_as_text(page: Page) -> None:
    await _place_a_call(page)
    await page.locator('[data-key="2"]').click()
    await page.locator("#words").fill(MARKUP)
    await page.locator("#words").press("Enter")
    await expect(page.locator("#phone-heard")).to_contain_text(MARKUP)
    await page.locator("#call").click()
    for who in (MIRA, JONAS):
        await _type(_slack(page, who), f"open ticket {who} {MARKUP}")
        await expect(_card(page, MIRA, who)).to_contain_text(MARKUP)
    await _type(page.locator("#telegram"), f"ticket anlegen {MARKUP}")
    await expect(page.locator("#telegram article").last).to_contain_text(MARKUP)
    await page.locator("#sentence").fill(f"ticket anlegen {MARKUP}")
    await page.locator("#sentence").press("Enter")
    await expect(page.locator("#answers dd").nth(3)).to_contain_text(MARKUP)
    assert await page.evaluate("window.executed") is None
    assert await page.locator("img, main script").count() == 0


async def test_stars_in_what_people_write_stay_stars(page: Page) -> None:
    card = await _open_ticket(page, "5*4*3 rooms & more")
    await expect(card.locator("p b").first).to_contain_text("· 5*4*3 rooms & more")


async def test_every_control_is_reached_by_the_tab_key_in_order_and_shows_its_focus(page: Page) -> None:
    stops: list[dict[str, Any]] = []
    while True:
        await page.keyboard.press("Tab")
        stop = await page.evaluate(FOCUSED)
        if stop["name"] == "BODY" or (stops and stop["place"] == stops[0]["place"]):
            break
        stops.append(stop)
        assert len(stops) < 500
    names = [stop["name"] for stop in stops]
    wanted = ["voice", "theme", "caller", "call", "words", "key 1", "key #", "agent answer", "agent hang_up"]
    wanted += ["slack-input-1", "slack-input-2", "telegram-input", "race", "undo", "sentence", "Ask in all four"]
    assert [name for name in names if name in wanted] == wanted
    assert [stop["place"] for stop in stops] == sorted(stop["place"] for stop in stops)
    assert [stop["name"] for stop in stops if stop["outline"] < 2] == []


async def test_a_call_is_placed_and_answered_by_the_keyboard_alone(page: Page) -> None:
    call = page.locator("#call")
    if await call.text_content() == "Hang up":
        await call.press("Enter")
    await expect(call).to_have_text("Call")
    await call.press("Enter")
    await expect(page.locator("#phone-state")).to_contain_text("in the menu")
    await page.locator("#phone-heard").focus()
    await page.keyboard.press("2")
    await expect(page.locator("#phone-heard")).to_contain_text("Bitte sagen Sie in Ihren eigenen Worten")
    await call.press("Enter")
    await expect(page.locator("#phone-state")).to_have_text("the call has ended")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_every_text_stands_out_from_its_ground(browser: Browser, demo: Started, dark: bool) -> None:
    async with _opened(browser, demo, dark=dark) as page:
        contrasts = await page.evaluate(CONTRASTS)
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len(contrasts) > 50
    assert [(name, round(found, 2)) for name, found in contrasts if found < LEAST_CONTRAST] == []
    assert (sum(int(channel) for channel in re.findall(r"\d+", ground)) < 200) is dark


async def test_the_theme_button_turns_the_light_off_and_a_reload_keeps_it(page: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    before = await page.evaluate(ground)
    await page.locator("#theme").click()
    assert await page.evaluate(ground) != before
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("width", [320, 1000])
async def test_nothing_sticks_out_at_the_side(browser: Browser, demo: Started, width: int) -> None:
    async with _opened(browser, demo, width=width) as page:
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.locator("#sentence").evaluate("(box) => box.getBoundingClientRect().right") <= width
