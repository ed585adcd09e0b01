from tests import people
from tests.intents.talk import Talk, choices, everything


async def _three_deals(talk: Talk) -> None:
    async with talk.database.transaction() as session:
        await people.add_contact(session)
    for text in ("add deal Heat pump for Greta Sommer 12000", "add deal Solar roof 18.500,50 €", "add deal Boiler 3k"):
        await talk.say(text)
    await talk.say("move D-2 to offer")


def _spaces(text: str) -> str:
    return text.replace("\u00a0", " ")


async def test_the_pipeline_is_complete_when_it_is_only_heard(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    reply = await mira.say("/pipeline")
    assert _spaces(reply.text) == (
        "Pipeline: 3 open deals worth 33,500.50 € (weighted 10,750.25 €). "
        "Lead: 2 (15,000 €); Site visit: 0 (0 €); Offer: 1 (18,500.50 €); Negotiation: 0 (0 €)"
    )
    german = await jonas.say("wie läuft die Pipeline?")
    assert _spaces(german.text).startswith(
        "Pipeline: 3 offene Deals über 33.500,50 € (gewichtet 10.750,25 €). Anfrage: 2"
    )


async def test_a_deal_is_added_for_a_customer(mira: Talk) -> None:
    await _three_deals(mira)
    shown = everything(await mira.say("show deal D-1"))
    assert "D-1 · Heat pump" in shown
    assert "Contact: Greta Sommer" in shown
    assert "Owner: Mira Okafor" in shown


async def test_the_button_moves_a_deal_one_stage_on(mira: Talk) -> None:
    await _three_deals(mira)
    button = choices(await mira.say("D-1"))[0]
    assert button.label == "Move to Site visit"
    assert _spaces((await mira.press(button)).text) == "D-1 is now in Site visit: Heat pump, 12,000 €"


async def test_a_stage_has_a_name_in_each_language_and_a_short_form(mira: Talk) -> None:
    await _three_deals(mira)
    assert (
        _spaces((await mira.say("D-1 nach Besichtigung")).text) == "D-1 ist jetzt in Besichtigung: Heat pump, 12.000 €"
    )
    assert "Negotiation" in (await mira.say("move D-1 to nego")).text
    assert (await mira.say("move D-1 to negotiation")).text == "D-1 is in Negotiation already."
    unknown = await mira.say("move D-1 to the moon")
    assert unknown.text.startswith("There is no stage “the moon”. There are: lead, visit, offer")


async def test_a_won_deal_leaves_the_pipeline(mira: Talk) -> None:
    await _three_deals(mira)
    await mira.say("D-2 is won")
    assert _spaces((await mira.say("deals")).text) == "2 open deals: D-1 Heat pump 12,000 €; D-3 Boiler 3,000 €"


async def test_my_deals_are_mine(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    assert (await mira.say("my deals")).text.startswith("3 deals are yours: D-2")
    assert (await jonas.say("meine Deals")).text == "Ihnen gehört kein offener Deal."


async def test_the_value_is_asked_for_when_it_is_missing(mira: Talk) -> None:
    assert (await mira.say("add deal Heat pump")).text == "What is it worth?"
    assert (await mira.say("a lot")).text == "“a lot” is no amount I can read. Try 12,500 or 12k."
    assert _spaces((await mira.say("12k")).text) == "D-1 is in the pipeline: Heat pump, 12,000 €"
