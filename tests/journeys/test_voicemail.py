"""A message on the phone becomes a card that is posted at once and edited when its words are there."""

from __future__ import annotations

from crm_core.company import Company
from crm_core.db import Database
from tests.journeys.stage import LINE, Stage, set_stage

GRETA = "+493023125010"


async def _left(stage: Stage, words: str) -> None:
    call = await stage.twilio.dial(GRETA, LINE)
    await call.press("4")
    await call.say(words)
    await call.press("#")


def _sections(stage: Stage) -> list[str]:
    [card] = [card for card in stage.cards() if card.text.startswith("T-1 ")]
    return [block["text"]["text"] for block in card.blocks if block["type"] == "section" and "text" in block]


async def test_the_card_is_there_before_its_words_and_then_says_them(database: Database, company: Company) -> None:
    async with set_stage(database, company) as stage:
        stage.transcriber.fail_next("transcriptions", 503)
        await _left(stage, "Die Heizung ist kalt")
        await stage.work()
        assert "*What the voicemail says*" not in _sections(stage)
        await stage.twilio.advance(5)
        await stage.work()
        sections = _sections(stage)
        assert sections[sections.index("*What the voicemail says*") + 1] == "Die Heizung ist kalt"
        assert stage.violations() == []


async def test_what_a_caller_says_rings_nobody_and_formats_nothing(database: Database, company: Company) -> None:
    async with set_stage(database, company) as stage:
        await _left(stage, "<!channel> *dringend* <https://evil.example|hier> & <b>fett</b>")
        await stage.work()
        said = "&lt;!channel&gt; *dringend* &lt;https://evil.example|hier&gt; &amp; &lt;b&gt;fett&lt;/b&gt;"
        assert said in _sections(stage)
        assert stage.violations() == []


async def test_three_minutes_of_talk_fit_onto_the_card(database: Database, company: Company) -> None:
    async with set_stage(database, company) as stage:
        await _left(stage, "Und dann hat <er> gesagt & ich auch. " * 120)
        await stage.work()
        assert any(text.startswith("Und dann hat &lt;er&gt; gesagt &amp; ich auch.") for text in _sections(stage))
        assert stage.violations() == []
