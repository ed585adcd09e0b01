from dataclasses import replace
from datetime import timedelta

from intents.reply import Tone
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


async def test_a_deal_is_won_and_lost_with_a_reason(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    assert _spaces((await mira.say("win D-2")).text) == "D-2 is won: Solar roof, 18,500.50 €"
    assert _spaces((await jonas.say("D-3 verloren wegen Preis")).text) == "D-3 ist verloren: Boiler, 3.000 € (Preis)"
    assert "Reason: Price" in everything(await mira.say("show deal D-3"))
    await jonas.say("rückgängig")
    assert "Reason" not in everything(await mira.say("show deal D-3"))
    losses = await mira.say("lose D-3 because they moved away")
    assert losses.text.endswith("(they moved away) Jonas Weber worked on D-3 1 minute ago.")
    assert (await mira.say("top losses")).text.replace("\u00a0", " ") == (
        "1 deal was lost: they moved away: 1 (3,000 €)"
    )
    assert (await mira.say("win rate")).text.startswith("Win rate of the last 90 days: 50 % (1 of 2); a won deal took")


async def test_what_a_deal_lacks_is_named(mira: Talk) -> None:
    await _three_deals(mira)
    assert (await mira.say("move D-3 to negotiation")).text == "Before D-3 can go to Negotiation it needs: Contact."


async def test_the_next_step_is_on_the_card_but_not_in_public(mira: Talk) -> None:
    await _three_deals(mira)
    said = await mira.say("next step D-1 call Greta on Friday")
    assert said.text.startswith("Next step on D-1, Heat pump: call Greta, Fri 27 Nov")
    assert "Next step: call Greta" in everything(await mira.say("show deal D-1"))
    public = Talk(mira.database, mira.actor, is_public=True)
    assert "call Greta" not in everything(await public.say("show deal D-1"))
    assert "Greta" not in everything(await public.say("next step D-1 call Greta"))


async def test_forecast_rotten_and_changes_are_said(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    await mira.say("expect D-1 24.12.")
    assert _spaces((await mira.say("forecast")).text) == (
        "Forecast: 10,750.25 € weighted. December 2026: 1,200 € (1); without a date: 9,550.25 € (2)"
    )
    assert (await jonas.say("meine Prognose")).text.startswith("Nichts ist offen")
    assert (await mira.say("rotten deals")).text == "No deal has been resting for too long."
    assert _spaces((await jonas.say("was hat sich diese Woche geändert?")).text) == (
        "Diese Woche: neu: 3 (33.500,50 €); weitergekommen: 0 (0 €); gewonnen: 0 (0 €); verloren: 0 (0 €)"
    )


async def test_a_pipeline_is_mine_a_colleagues_or_another(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    assert (await mira.say("my pipeline")).text.startswith("Mira Okafor: 3 open deals")
    assert (await jonas.say("meine Pipeline")).text.startswith("Jonas Weber: 0 offene Deals")
    assert (await jonas.say("Pipeline von Mira")).text == "Zahlen über eine einzelne Person sieht nur sie selbst."
    assert (await mira.say("pipeline service")).text.startswith("Service contracts: 0 open deals")
    assert "“Bert”" in (await mira.say("pipeline of Bert")).text


async def test_value_owner_and_people_change(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    assert _spaces((await mira.say("D-3 is worth 4k")).text) == "D-3, Boiler, is now worth 4,000 €."
    assert (await mira.say("give D-3 to Jonas")).text == "D-3, Boiler, now belongs to Jonas Weber."
    assert (await jonas.say("meine Deals")).text.startswith("1 Deal gehört Ihnen: D-3")
    assert (await mira.say("add Greta Sommer to D-3 as architect")).text == (
        "Greta Sommer is part of D-3, Boiler: architect."
    )
    assert "Involved: Greta Sommer (architect)" in everything(await mira.say("show deal D-3"))


async def test_a_quote_is_spoken_line_by_line(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    assert (await mira.say("quote for D-1")).text.startswith("Q-1 is a draft")
    assert _spaces((await mira.say("add 1 heat pump to Q-1")).text) == (
        "Q-1: 1 × Heat pump 12 kW added, 13,661.20 € in all."
    )
    assert _spaces((await jonas.say("2,5 Stunden Monteur zu Q-1 abzüglich 10 %")).text) == (
        "Q-1: 2,5 × Stunden Monteur aufgenommen, insgesamt 13.843,27 €."
    )
    assert _spaces((await mira.say("add 3 copper pipes at 12.50 to Q-1")).text).endswith("13,887.90 € in all.")
    assert (await mira.say("add 1 moon to Q-1")).text.startswith("“moon” has no price; say one")
    shown = _spaces(everything(await mira.say("show quote Q-1")))
    assert "2 Stunden Monteur (less 10 %) 2.5 68 € 153 €" in shown
    assert "VAT: 19 %: 2,217.40 €" in shown
    assert (await mira.say("remove line 3 from Q-1")).text.startswith("Q-1: line 3 is gone")
    assert (await mira.say("Q-1 is valid until 24.12.")).text.startswith("Q-1 is valid until Thu, 24 Dec 2026")
    assert "Quotes: Q-1 (draft)" in everything(await mira.say("D-1"))
    assert (await mira.say("quotes")).text == "1 open quote: Q-1 Heat pump (draft)"
    await mira.press(choices(await mira.say("send Q-1"))[0])
    assert (await mira.say("decline Q-1")).text == "Q-1 does not wait for an answer."
    assert (await mira.say("products")).text.startswith("4 products: Fitter hours: 68")


async def test_an_appointment_says_what_it_is_about(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    await mira.say("appointment with Greta Sommer tomorrow 14:00 about the oven")
    assert "M-1 · the oven" in everything(await mira.say("show M-1"))
    assert (await mira.say("title of M-1 Site visit")).text == "M-1 has a title now: Tue 24 Nov, 14:00."
    assert "M-1 · Site visit" in everything(await mira.say("show M-1"))
    assert (await mira.say("postpone it to Friday 9:00")).text.startswith("M-1")
    await mira.say("undo")
    await mira.say("Titel von M-1: Besichtigung")
    assert "Besichtigung" in (await mira.say("my appointments")).text
    public = Talk(mira.database, mira.actor, is_public=True)
    assert "oven" not in everything(await public.say("title of M-1 the oven")).replace("title of M-1 the oven", "")
    await mira.say("cancel M-1")
    assert (await mira.say("title of M-1 too late")).tone is Tone.REFUSED


async def test_an_appointment_is_made_found_and_called_off(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    made = await mira.say("appointment with Greta Sommer tomorrow 14:00 at Seestraße 4")
    assert made.text == "M-1: appointment with Greta Sommer, Tue 24 Nov, 14:00."
    assert "Place: Seestraße 4" in everything(made)
    assert (await mira.say("my appointments")).text == (
        "1 appointment: M-1 Tue 24 Nov, 14:00 Greta Sommer, Seestraße 4"
    )
    assert (await jonas.say("meine Termine")).text.startswith("Sie haben in den nächsten Wochen keine Termine")
    assert (await mira.say("invite Jonas to M-1")).text.startswith("Jonas Weber attends M-1")
    assert (await jonas.say("meine Termine")).text.startswith("1 Termin: M-1")
    assert (await mira.say("move M-1 to Friday 9:30")).text == "M-1 is now on Fri 27 Nov, 09:30."
    public = Talk(mira.database, mira.actor, is_public=True)
    for text in ("my appointments", "show M-1"):
        assert "Greta" not in everything(await public.say(text))
        assert "Seestraße" not in everything(await public.say(text))
    assert (await mira.say("cancel M-1")).text.endswith("is cancelled.")
    assert (await jonas.say("meine Termine")).text.startswith("Sie haben")


async def test_a_rotten_deal_says_for_how_long_it_rests(mira: Talk) -> None:
    await _three_deals(mira)
    later = replace(mira, now=mira.now + timedelta(days=15))
    assert _spaces((await later.say("rotten deals")).text) == (
        "2 deals have been resting for too long: D-1 Heat pump 12,000 € 15 days; D-3 Boiler 3,000 € 15 days"
    )
    assert "Since: Mon, 23 Nov 2026" in everything(await later.say("D-1"))


async def test_a_deal_changes_its_pipeline_and_ends_there(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    assert (await mira.say("move D-3 to service")).text.startswith("D-3 is now in Asked")
    assert (await jonas.say("Pipeline von service")).text.startswith("Wartungsverträge: 1 offener Deal")
    assert [choice.say for choice in choices(await mira.say("D-3"))] == ["move D-3 to drafted"]
    await mira.say("win D-3")
    assert "Stage: Signed" in everything(await mira.say("D-3"))


async def test_who_changes_a_deal_hears_who_else_is_at_it(mira: Talk, jonas: Talk) -> None:
    await _three_deals(mira)
    moved = await jonas.say("move D-1 to offer")
    assert "Mira" not in moved.text, "who only made it is not at it"
    told = await mira.say("next step D-1 call back")
    assert told.text.endswith("Jonas Weber worked on D-1 1 minute ago.")
    assert "worked on" not in (await jonas.say("show deal D-1")).text
