from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser import chromium_or_skip, open_page
from tests.webhooks.console.demo import running_demo

INJECTED = "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>"
CONTRAST = """
() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const light = (colour) => channels(colour).reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("h1, h2, small, p, li, button, dd, b, .message span")]
    .filter((element) => element.innerText && element.offsetParent)
    .map((element) => {
      const [one, other] = [light(getComputedStyle(element).color), light(ground(element))];
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      return [ratio, element.tagName + " " + element.innerText.slice(0, 30)];
    })
    .filter(([ratio]) => ratio < 4.5);
}
"""


@asynccontextmanager
async def _page(folder: Path, *, dark: bool = False, width: int = 1440) -> AsyncIterator[Page]:
    """Nothing but loopback is asked for, and the console stays silent."""
    complaints: list[str] = []
    async with running_demo(folder) as address, open_page(chromium_or_skip(), dark=dark, width=width) as page:
        page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if _is_ours(asked.url, address) else complaints.append(asked.url))
        await page.goto(address)
        await expect(page.locator(".slack").first).to_contain_text("T-6")
        yield page
        assert complaints == []
        assert await page.evaluate("window.hurt") is None


def _is_ours(url: str, address: str) -> bool:
    return url.startswith((address, "data:"))


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with _page(tmp_path) as found:
        yield found


async def _say(page: Page, pane: str, text: str) -> None:
    form = page.locator(f"{pane} form").last
    await form.locator("input").fill(text)
    await form.locator("button").click()


MIRA, JONAS = '.slack[data-who="Mira Okafor"]', '.slack[data-who="Jonas Weber"]'


async def test_the_first_five_minutes(page: Page) -> None:
    await page.click("#call")
    await expect(page.locator("#phone-heard")).to_contain_text("Guten Tag, Greta Sommer.")
    await expect(page.locator(f"{MIRA} .messages")).to_contain_text("CALL-")
    await page.click('[data-key="2"]')
    await expect(page.locator("#phone-heard")).to_contain_text("in Ihren eigenen Worten", timeout=15_000)
    await page.fill("#words", "Die Backofenlüftung ist ausgefallen")
    await page.click("#say button")
    await expect(page.locator("#phone-heard")).to_contain_text("Zum Absenden", timeout=15_000)
    await page.click('[data-key="1"]')
    card = page.locator(f"{MIRA} article", has_text="T-7 · Die Backofenlüftung ist ausgefallen")
    await expect(card).to_be_visible()

    await page.click("#race")
    won, late = re.compile("T-7 is yours|T-7 gehört Ihnen"), re.compile("claimed it|hat es übernommen")
    await expect(page.locator("#answers dd", has_text=won)).to_have_count(1)
    await expect(page.locator("#answers dd", has_text=late)).to_have_count(1)

    await _say(page, "#telegram", "wie läuft die pipeline?")
    await expect(page.locator("#telegram .messages")).to_contain_text("offene Deals über")
    for step in ("call", "ticket", "claim", "pipeline"):
        await expect(page.locator(f'#steps [data-step="{step}"]')).to_have_class(re.compile("done"))


async def test_undo_takes_back_what_was_done(page: Page) -> None:
    await _say(page, MIRA, "claim T-2")
    whispers = page.locator(f"{MIRA} .whisper")
    await expect(whispers.last).to_contain_text("T-2 is yours")
    await page.click("#undo")
    await expect(whispers.last).to_contain_text("Taken back on T-2")
    await page.click("#undo")
    await expect(whispers.last).to_contain_text("nothing of yours")


async def test_one_sentence_is_answered_in_four_mouths(page: Page) -> None:
    await page.fill("#sentence", "ticket anlegen Der Aufzug steht")
    await page.click("#everywhere button")
    for mouth in ("Slack", "Telegram", "Terminal", "Phone"):
        answer = page.locator("#answers div", has=page.locator("dt", has_text=mouth)).locator("dd")
        await expect(answer).to_contain_text("Der Aufzug steht", timeout=15_000)


async def test_a_caller_waits_and_an_agent_answers(page: Page) -> None:
    await page.click("#call")
    await page.click('[data-key="3"]')
    accept = page.locator(f"{MIRA} article", has_text="CALL-").get_by_role("button", name="Accept")
    await accept.click(timeout=15_000)
    await expect(page.locator("#agent-state")).to_have_text("ringing")
    await page.click('[data-agent="answer"]')
    await expect(page.locator("#agent-heard")).to_contain_text("Press 1 to take it", timeout=15_000)
    await page.click('[data-agent="press"]')
    await expect(page.locator("#phone-state")).to_contain_text("both are talking", timeout=15_000)
    await page.click('[data-agent="hang_up"]')


async def test_what_is_typed_stays_text_everywhere(page: Page) -> None:
    await _say(page, MIRA, f"open ticket {INJECTED}")
    await _say(page, "#telegram", f"ticket anlegen {INJECTED}")
    await page.fill("#sentence", INJECTED)
    await page.click("#everywhere button")
    await expect(page.locator(f"{JONAS} .messages")).to_contain_text("<script>window.hurt=1</script>")
    await expect(page.locator("#telegram .messages")).to_contain_text("<script>window.hurt=1</script>")
    await expect(page.locator("#answers dt")).to_have_count(4, timeout=15_000)


async def test_the_keyboard_alone_places_a_call_and_claims(page: Page) -> None:
    await page.focus("#call")
    await page.keyboard.press("Enter")
    await expect(page.locator("#phone-heard")).to_contain_text("Greta Sommer")
    await page.keyboard.press("2")
    await expect(page.locator("#phone-heard")).to_contain_text("in Ihren eigenen Worten", timeout=15_000)
    reached = set()
    for _step in range(80):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate("document.activeElement.id || document.activeElement.innerText"))
        seen = "getComputedStyle(document.activeElement).outlineStyle"
        assert await page.evaluate(f"document.activeElement === document.body || {seen} !== 'none'")
    assert {"words", "Claim", "telegram-input", "race", "sentence"} <= reached


@pytest.mark.parametrize("dark", [False, True])
async def test_every_text_can_be_read(tmp_path: Path, dark: bool) -> None:
    async with _page(tmp_path, dark=dark) as page:
        await _say(page, MIRA, "tickets")
        await expect(page.locator(f"{MIRA} .whisper")).to_be_visible()
        await page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
        assert await page.evaluate(CONTRAST) == []


async def test_a_small_screen_never_scrolls_sideways(tmp_path: Path) -> None:
    async with _page(tmp_path, width=390) as page:
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
