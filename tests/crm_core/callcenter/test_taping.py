"""A talk is recorded when the customer has pressed a key for it, and not otherwise."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from crm_core.activity import Activity
from crm_core.agents import Actor, Role
from crm_core.callcenter import holding, legs, listening, passing, recordings, taping
from crm_core.callcenter.calls import Call
from crm_core.callcenter.recordings import Recording
from crm_core.contacts import consents
from crm_core.contacts.consents import Channel, Consent, ConsentUse, Purpose
from crm_core.contacts.contacts import Contact
from crm_core.errors import NotAllowed, Refused
from crm_core.outbox import EffectKind
from tests import people
from tests.crm_core.callcenter.stage import Floor
from tests.people import as_actor

MIRA = "Mira Okafor"
WORDING = "Dürfen wir aufzeichnen? Drücken Sie die 1."


async def _talk(floor: Floor, *, is_known: bool = True) -> tuple[int, Actor]:
    floor.rule(routing="ordered", members=[MIRA])
    mira = await floor.hire(MIRA)
    if is_known:
        async with floor.database.transaction() as session:
            await people.add_contact(session)
    call = await floor.caller()
    await floor.press_one(MIRA)
    return call, mira


async def _recording(floor: Floor) -> Recording:
    async with floor.database.transaction() as session:
        return (await session.scalars(select(Recording).order_by(Recording.id.desc()).limit(1))).one()


async def _on(floor: Floor, does: str, *arguments: object, **options: object) -> None:
    """Something of crm_core.callcenter.taping happens to the newest recording."""
    newest = (await _recording(floor)).id
    async with floor.database.transaction() as session:
        found = await taping.lock(session, newest)
        assert found is not None
        await getattr(taping, does)(session, *found, *arguments, floor.now, **options)


async def _runs(floor: Floor, **about: bool) -> tuple[int, Actor]:
    """Asked, agreed, begun."""
    call, mira = await _talk(floor, **about)
    await floor.does(taping.ask, mira, call)
    await _on(floor, "agreed", WORDING)
    await _on(floor, "reported", "RE1", "in-progress", None)
    return call, mira


async def _wished(floor: Floor) -> Sequence[str]:
    return [effect.payload["status"] for effect in await floor.effects(EffectKind.RECORDING)]


async def test_the_customer_is_asked_while_the_agent_waits_in_the_conference(floor: Floor) -> None:
    call, mira = await _talk(floor)
    await floor.does(taping.ask, mira, call)
    assert [effect.payload["to"] for effect in await floor.effects(EffectKind.REDIRECT)] == ["conference", "consent"]
    [kept] = await floor.effects(EffectKind.PARTICIPANT)
    assert kept.payload["wished"] == {"ends": False}
    assert (await floor.effects(EffectKind.RECORD), (await _recording(floor)).state) == ([], "asked")


async def test_after_the_key_it_begins_and_the_evidence_is_kept(floor: Floor) -> None:
    call, _mira = await _runs(floor)
    found = await _recording(floor)
    assert (found.state, found.sid, found.wording, found.agreed_at) == ("recording", "RE1", WORDING, floor.now)
    assert len(await floor.effects(EffectKind.RECORD)) == 1
    async with floor.database.transaction() as session:
        [consent] = await session.scalars(select(Consent))
        assert (consent.purpose, consent.how, consent.wording, consent.is_given) == (
            "recording",
            "pressed",
            WORDING,
            True,
        )
        assert (consent.source_kind, consent.source_id, consent.id) == ("call", call, found.consent_id)
        [use] = await session.scalars(select(ConsentUse))
        assert (use.consent_id, use.source_id) == (consent.id, call)


async def test_of_a_caller_whom_nobody_knows_the_row_is_the_evidence(floor: Floor) -> None:
    await _runs(floor, is_known=False)
    found = await _recording(floor)
    assert (found.state, found.wording, found.consent_id) == ("recording", WORDING, None)


async def test_without_the_key_nothing_is_recorded(floor: Floor) -> None:
    call, mira = await _talk(floor)
    await floor.does(taping.ask, mira, call)
    await _on(floor, "declined")
    assert ((await _recording(floor)).state, await floor.effects(EffectKind.RECORD)) == ("refused", [])
    async with floor.database.transaction() as session:
        assert (await session.scalars(select(Consent))).all() == []


async def test_it_is_asked_for_once_and_again_after_an_answer_that_never_came(floor: Floor) -> None:
    call, mira = await _talk(floor)
    await floor.does(taping.ask, mira, call)
    with pytest.raises(Refused):
        await floor.does(taping.ask, mira, call)
    floor.later(61)
    await floor.does(taping.ask, mira, call)
    async with floor.database.transaction() as session:
        assert [one.state for one in await recordings.of_call(session, call)] == ["failed", "asked"]


async def test_it_is_paused_and_goes_on_and_stops(floor: Floor) -> None:
    call, mira = await _runs(floor)
    for verb in (taping.pause, taping.resume, taping.end):
        await floor.does(verb, mira, call)
    assert await _wished(floor) == ["paused", "in-progress", "stopped"]
    await _on(floor, "reported", "RE1", "completed", 42)
    found = await _recording(floor)
    assert (found.state, found.duration_seconds, found.has_sound) == ("done", 42, True)


async def test_what_is_wished_before_the_carrier_has_answered_is_made_up_for(floor: Floor) -> None:
    call, mira = await _talk(floor)
    await floor.does(taping.ask, mira, call)
    await _on(floor, "agreed", WORDING)
    await floor.does(taping.pause, mira, call)
    assert await _wished(floor) == []
    await _on(floor, "reported", "RE1", "in-progress", None)
    assert (await _wished(floor), (await _recording(floor)).state) == (["paused"], "paused")


async def test_nobody_is_recorded_on_hold(floor: Floor) -> None:
    call, mira = await _runs(floor)
    await floor.does(holding.hold, mira, call)
    await floor.does(holding.resume, mira, call)
    assert await _wished(floor) == ["paused", "in-progress"]
    await floor.does(taping.pause, mira, call)
    await floor.does(holding.hold, mira, call)
    await floor.does(holding.resume, mira, call)
    assert await _wished(floor) == ["paused", "in-progress", "paused"]


async def test_the_next_agent_has_not_agreed_to_it(floor: Floor) -> None:
    call, mira = await _runs(floor)
    floor.rule("sales", routing="longest-idle")
    await floor.hire("Jonas Weber")
    await floor.does(passing.to_queue, mira, call, "sales")
    assert (await _wished(floor), (await _recording(floor)).state) == (["stopped"], "stopping")


async def test_the_customer_takes_it_back_and_it_is_deleted(floor: Floor) -> None:
    await _runs(floor)
    await _on(floor, "withdrawn")
    assert (await _wished(floor), (await _recording(floor)).state) == (["stopped"], "withdrawn")
    await _on(floor, "reported", "RE1", "completed", 9)
    asked = [effect.due_at for effect in await floor.effects(EffectKind.FORGET)]
    assert asked == [floor.now + taping.PUT_TOGETHER, floor.now]
    found = await _recording(floor)
    assert (found.state, found.has_sound) == ("withdrawn", False)
    async with floor.database.transaction() as session:
        assert [one.is_given for one in await session.scalars(select(Consent).order_by(Consent.id))] == [True, False]


@pytest.mark.parametrize("status", ["in-progress", "completed"])
async def test_what_was_taken_back_before_the_carrier_answered_is_deleted_all_the_same(
    floor: Floor, status: str
) -> None:
    call, mira = await _talk(floor)
    await floor.does(taping.ask, mira, call)
    await _on(floor, "agreed", WORDING)
    await _on(floor, "withdrawn")
    assert await floor.effects(EffectKind.FORGET) == []
    await _on(floor, "reported", "RE1", status, None)
    [forget] = await floor.effects(EffectKind.FORGET)
    assert forget.payload == {"recording": "RE1"}


async def test_a_customer_may_take_it_back_days_later(floor: Floor) -> None:
    call, mira = await _runs(floor)
    await _on(floor, "reported", "RE1", "completed", 9)
    await floor.hang_up(call)
    await floor.does(taping.withdraw, mira, call)
    assert ((await _recording(floor)).state, len(await floor.effects(EffectKind.FORGET))) == ("withdrawn", 1)
    with pytest.raises(Refused):
        await floor.does(taping.withdraw, mira, call)


async def test_a_customer_who_wants_no_recordings_at_all_takes_back_those_of_every_call(floor: Floor) -> None:
    first, mira = await _runs(floor)
    await _on(floor, "reported", "RE1", "completed", 40)
    await floor.hang_up(first)
    await floor.report(MIRA, "completed")
    second = await floor.caller()
    await floor.press_one(MIRA)
    await floor.does(taping.ask, mira, second)
    await _on(floor, "agreed", WORDING)
    await _on(floor, "reported", "RE2", "in-progress", None)
    async with floor.database.transaction() as session:
        [contact_id] = (await session.scalars(select(Contact.id))).all()
        what = (contact_id, Channel.PHONE, Purpose.RECORDING, floor.now)
        await consents.state(session, mira, *what, is_given=False, wording="Keine Aufnahmen mehr")
    async with floor.database.transaction() as session:
        assert (await session.scalars(select(Recording.state).order_by(Recording.id))).all() == ["withdrawn"] * 2
        said = await session.scalars(select(Consent.is_given).order_by(Consent.id))
        assert said.all() == [True, True, False]
    assert [effect.payload["recording"] for effect in await floor.effects(EffectKind.FORGET)] == ["RE1", "RE2"]
    assert (await _wished(floor))[-1] == "stopped"


async def test_another_consent_that_is_withdrawn_leaves_recordings_alone(floor: Floor) -> None:
    _call, mira = await _runs(floor)
    async with floor.database.transaction() as session:
        [contact_id] = (await session.scalars(select(Contact.id))).all()
        what = (contact_id, Channel.PHONE, Purpose.ADVERTISING, floor.now)
        await consents.state(session, mira, *what, is_given=False, wording="Keine Werbung")
    assert (await _recording(floor)).state == "recording"


async def test_who_came_in_while_the_customer_was_asked_is_not_recorded(floor: Floor) -> None:
    call, mira = await _talk(floor)
    floor.rule("sales", routing="longest-idle")
    await floor.hire("Jonas Weber")
    await floor.does(taping.ask, mira, call)
    await floor.does(passing.to_queue, mira, call, "sales")
    assert (await _recording(floor)).state == "failed"


async def test_what_was_only_asked_ends_with_the_call(floor: Floor) -> None:
    call, mira = await _talk(floor)
    await floor.does(taping.ask, mira, call)
    await floor.hang_up(call)
    assert (await _recording(floor)).state == "refused"


@pytest.mark.parametrize(("is_known", "state"), [(False, "failed"), (True, "stopping")])
async def test_a_recording_ends_with_the_call_and_a_late_report_of_it_counts(
    floor: Floor, is_known: bool, state: str
) -> None:
    call, mira = await _talk(floor)
    await floor.does(taping.ask, mira, call)
    await _on(floor, "agreed", WORDING)
    if is_known:
        await _on(floor, "reported", "RE1", "in-progress", None)
    await floor.hang_up(call)
    assert (await _recording(floor)).state == state
    await _on(floor, "reported", "RE1", "completed", 9)
    assert ((await _recording(floor)).state, (await _recording(floor)).has_sound) == ("done", True)


async def test_late_and_repeated_reports_change_nothing(floor: Floor) -> None:
    await _runs(floor)
    for status in ("completed", "in-progress", "completed"):
        await _on(floor, "reported", "RE1", status, 7)
    await _on(floor, "reported", "REother", "failed", None)
    found = await _recording(floor)
    assert (found.state, found.sid, found.duration_seconds) == ("done", "RE1", 7)


async def test_where_more_than_two_talk_nobody_is_asked(floor: Floor) -> None:
    call, mira = await _talk(floor)
    async with floor.database.transaction() as session:
        third = await legs.ring(session, call, "+493023125077", floor.now, party=legs.Party.THIRD)
        third.joined_at = floor.now
    with pytest.raises(Refused) as refused:
        await floor.does(taping.ask, mira, call)
    assert refused.value.message.id == "recording.others-there"


async def _done(floor: Floor, owner: Actor | None) -> Recording:
    async with floor.database.transaction() as session:
        call = Call(
            sid="CA9", direction="inbound", state="done", ivr={}, hold_seconds=0, started_at=floor.now,
            created_at=floor.now, updated_at=floor.now, version=1,
        )  # fmt: skip
        session.add(call)
        await session.flush()
        recording = await recordings.add_recording(session, call, "RE9", "https://example.com/9", 9, floor.now)
        recording.agent_id = owner.agent_id if owner is not None else None
        return recording


@pytest.mark.parametrize(
    ("allowed", "who_may"),
    [
        ("own", ["owner", "lead"]),
        ("team", ["owner", "mate", "lead"]),
        ("all", ["owner", "mate", "other", "lead"]),
    ],
)
async def test_who_may_listen_is_in_the_company_file(floor: Floor, allowed: str, who_may: list[str]) -> None:
    floor.set(recordings=allowed)
    owner = await floor.hire(MIRA, team="north")
    mate, other = await floor.hire("Jonas Weber", team="north"), await floor.hire("Vera Blum", team="south")
    async with floor.database.transaction() as session:
        lead = as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD, team="south"))
    recording = await _done(floor, owner)
    heard = []
    for name, actor in {"owner": owner, "mate": mate, "other": other, "lead": lead}.items():
        try:
            await floor.does(listening.open_address, actor, recording)
            heard.append(name)
        except NotAllowed:
            continue
    assert heard == who_may


async def test_a_voicemail_is_the_whole_houses(floor: Floor) -> None:
    recording = await _done(floor, None)
    address = await floor.does(listening.open_address, await floor.hire(MIRA), recording)
    assert "/recordings/" in address


async def test_each_listening_is_noted_and_an_address_is_short_lived(floor: Floor) -> None:
    mira = await floor.hire(MIRA)
    recording = await _done(floor, mira)
    token = (await floor.does(listening.open_address, mira, recording)).rpartition("/")[2]

    async def hear(*, from_the_start: bool = True) -> Recording | None:
        async with floor.database.transaction() as session:
            return await listening.hear(session, token, floor.now, from_the_start=from_the_start)

    assert (await hear(from_the_start=False)) is not None
    assert (await hear(from_the_start=False)) is not None
    assert (await hear()) is not None
    async with floor.database.transaction() as session:
        heard = select(Activity.actor_name).where(Activity.verb == "recording.heard")
        assert (await session.scalars(heard)).all() == [MIRA, MIRA]
    floor.later(15 * 60 + 1)
    assert await hear() is None


async def test_an_address_opens_nothing_for_who_may_not_listen_any_more(floor: Floor) -> None:
    floor.set(recordings="all")
    mira, jonas = await floor.hire(MIRA), await floor.hire("Jonas Weber")
    recording = await _done(floor, mira)
    token = (await floor.does(listening.open_address, jonas, recording)).rpartition("/")[2]
    floor.set(recordings="own")
    async with floor.database.transaction() as session:
        assert await listening.hear(session, token, floor.now, from_the_start=True) is None
