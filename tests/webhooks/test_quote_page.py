from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot import terminal
from crm_core import agents
from crm_core.company import Company
from crm_core.db import Database
from tests import people
from tests.intents.talk import Talk
from tests.people import NOW
from tests.product import BASE_URL, Product, running


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def product(database: Database, company: Company, clock: Clock) -> AsyncIterator[Product]:
    async with running(database, company, clock) as found:
        async with database.transaction() as session:
            await people.add_agent(session, "Mira Okafor")
            await people.add_contact(session, "Greta <b>Sommer</b>", organisation="Bäckerei & Sohn")
        for text in (
            "add deal Wärmepumpe for Greta 12000",
            "quote for D-1",
            "add 1 heat-pump to Q-1",
            "add 2 <style>*{}</style> at 10 to Q-1",
            "quote for D-1",
            "add 1 handbook to Q-2",
        ):
            await terminal.ask(database, "Mira", text, NOW)
        yield found


async def _address(product: Product, quote: str = "Q-1") -> str:
    told = (await terminal.ask(product.database, "Mira", f"link to {quote}", NOW)).text
    found = re.search(rf"{BASE_URL}(/quote/\S+)", told)
    assert found is not None, told
    return found[1]


async def test_a_customer_reads_exactly_that_quote(product: Product) -> None:
    response = await product.client.get(await _address(product))
    page = (await response.text()).replace("\u00a0", " ")
    assert (response.status, response.content_type) == (200, "text/html")
    assert "<h1>Angebot Q-1</h1>" in page
    assert "Bäckerei &amp; Sohn" in page
    assert "Handbuch" not in page
    assert page.count("<style>") == 1
    other = await (await product.client.get(await _address(product, "Q-2"))).text()
    assert "<h1>Angebot Q-2</h1>" in other


async def test_the_page_is_kept_by_nobody_and_runs_nothing(product: Product) -> None:
    response = await product.client.get(await _address(product))
    headers = response.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    style = re.search(r"<style>(.*?)</style>", await response.text(), re.DOTALL)
    assert style is not None
    allowed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = headers["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["default-src 'none'", f"style-src 'sha256-{allowed}'"]
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("token", ["A" * 32, "x", "..%2F..%2Fetc", "A" * 500, "Q-1"])
async def test_another_token_opens_nothing(product: Product, token: str) -> None:
    await _address(product)
    assert (await product.client.get(f"/quote/{token}")).status == 404


async def test_an_address_that_was_closed_opens_nothing(product: Product) -> None:
    address = await _address(product)
    closed = await terminal.ask(product.database, "Mira", "close link to Q-1", NOW)
    assert closed.text == "Nobody reads Q-1 by an address any more."
    assert (await product.client.get(address)).status == 404


async def test_a_quote_that_is_over_says_so_and_nothing_else(product: Product, clock: Clock) -> None:
    address = await _address(product)
    clock.now = NOW + timedelta(days=30)
    assert (await product.client.get(address)).status == 200
    clock.now = NOW + timedelta(days=31)
    response = await product.client.get(address)
    page = await response.text()
    assert response.status == 410
    assert response.headers["Cache-Control"] == "no-store"
    assert "Dieses Angebot war bis Mi., 23. Dez. 2026 gültig." in page
    assert "Wärmepumpe" not in page
    assert "Sommer" not in page


async def test_a_public_place_is_not_told_the_address(product: Product) -> None:
    async with product.database.transaction() as session:
        mira = agents.actor_of(await agents.find_agent(session, "Mira"), "slack")
    public = Talk(product.database, mira, is_public=True)
    assert (await public.say("link to Q-1")).text == "Whoever has the address reads the quote: ask me in private."
