"""Callers who wait, and how their waiting ends."""

from __future__ import annotations

from telephony.simulator import Call
from tests.telephony.simulator.desk import GRETA, JONAS, LINE, MIRA, Desk

ANNA = "+493023125011"


async def _waiting(desk: Desk, number: str = GRETA, attributes: str = "") -> Call:
    desk.says["/voice"] = f"<Enqueue waitUrl='/wait' action='/left' {attributes}>support</Enqueue><Say>next verb</Say>"
    desk.says.setdefault("/wait", '<Say>Please hold</Say><Pause length="20"/>')
    return await desk.network.dial(number, LINE)


async def test_who_waits_is_told_where_they_stand(desk: Desk) -> None:
    greta = await _waiting(desk)
    await desk.network.advance(10)
    await _waiting(desk, ANNA)
    [first, second] = desk.at("/wait")
    assert [first[name] for name in ("QueuePosition", "CurrentQueueSize", "QueueTime", "AvgQueueTime")] == list("1100")
    assert (second["QueuePosition"], second["CurrentQueueSize"], second["AvgQueueTime"]) == ("2", "2", "5")
    assert second["QueueSid"].startswith("QU")
    assert (greta.heard, greta.doing) == ("Please hold", "queued")


async def test_the_waiting_document_comes_again_and_again(desk: Desk) -> None:
    greta = await _waiting(desk)
    await desk.network.advance(60)
    assert desk.told("/wait", "QueueTime") == ["0", "21", "43"]
    assert greta.heard == "Please hold Please hold Please hold"


async def test_a_key_while_waiting_leads_out_of_the_queue(desk: Desk) -> None:
    desk.says["/wait"] = "<Gather numDigits='1' action='/key'><Say>Press 1 to leave</Say></Gather>"
    desk.says["/key"] = lambda form: "<Leave/>" if form["Digits"] == "1" else ""
    desk.says["/left"] = "<Say>goodbye</Say>"
    greta = await _waiting(desk)
    await greta.press("2")
    assert greta.doing == "queued"
    await desk.network.advance(1)
    await greta.press("1")
    [form] = desk.at("/left")
    assert (form["QueueResult"], form["QueueTime"]) == ("leave", "1")
    assert greta.heard.endswith("goodbye")


async def test_without_an_action_the_next_verb_follows(desk: Desk) -> None:
    desk.says["/wait"] = "<Leave/>"
    desk.says["/voice"] = "<Enqueue waitUrl='/wait'>support</Enqueue><Say>next verb</Say>"
    assert (await desk.network.dial(GRETA, LINE)).heard == "next verb"


async def test_who_hangs_up_is_out_of_the_queue_and_that_is_told(desk: Desk) -> None:
    greta = await _waiting(desk)
    await desk.network.advance(7)
    await greta.hang_up()
    [form] = desk.at("/left")
    assert (form["QueueResult"], form["QueueTime"], form["CallStatus"]) == ("hangup", "7", "completed")
    assert [(await desk.rest("GET", "Queues"))["queues"][0]["current_size"]] == [0]


async def test_who_is_sent_elsewhere_is_out_of_the_queue(desk: Desk) -> None:
    greta = await _waiting(desk)
    desk.says["/elsewhere"] = "<Say>elsewhere</Say>"
    await desk.rest("POST", f"Calls/{greta.sid}", Url=f"{desk.url}/elsewhere")
    await desk.network.settle()
    assert desk.told("/left", "QueueResult") == ["redirected"]
    assert greta.heard.endswith("elsewhere")


async def test_the_first_is_taken_out_by_request(desk: Desk) -> None:
    greta = await _waiting(desk)
    anna = await _waiting(desk, ANNA)
    [queue] = (await desk.rest("GET", "Queues"))["queues"]
    members = f"Queues/{queue['sid']}/Members"
    assert [row["call_sid"] for row in (await desk.rest("GET", members))["queue_members"]] == [greta.sid, anna.sid]
    desk.says["/taken"] = "<Say>your turn</Say>"
    taken = await desk.rest("POST", f"{members}/Front", Url=f"{desk.url}/taken")
    await desk.network.settle()
    assert taken["call_sid"] == greta.sid
    assert greta.heard.endswith("your turn")
    assert (await desk.rest("GET", f"{members}/{anna.sid}"))["position"] == 1
    assert (await desk.try_rest("GET", f"{members}/{greta.sid}"))[0] == 404


async def test_a_full_queue_is_told(desk: Desk) -> None:
    await _waiting(desk, attributes="maxQueueSize='1'")
    await _waiting(desk, ANNA, "maxQueueSize='1'")
    assert desk.told("/left", "QueueResult") == ["queue-full"]


async def test_a_waiting_document_that_fails_is_an_error(desk: Desk) -> None:
    desk.fails["/wait"] = desk.fails["/fallback"] = 500
    await _waiting(desk)
    assert desk.told("/left", "QueueResult") == ["error"]
    desk.network.errors.clear()


async def test_what_may_not_stand_in_a_waiting_document_is_an_error(desk: Desk) -> None:
    desk.says["/wait"] = "<Dial>+493023125201</Dial>"
    await _waiting(desk)
    assert desk.told("/left", "QueueResult") == ["error"]
    assert desk.network.errors == ["12200 <Dial> in a queue's waitUrl"]
    desk.network.errors.clear()


async def _agent_dials_the_queue(desk: Desk, number: str = MIRA) -> Call:
    desk.says["/agent"] = "<Dial action='/agent-done'><Queue url='/connecting'>support</Queue></Dial>"
    desk.says["/connecting"] = "<Say>You are being connected</Say>"
    await desk.call(number)
    agent = desk.network.phone(number)
    await agent.answer()
    return agent


async def test_whoever_dials_the_queue_gets_the_first_who_waits(desk: Desk) -> None:
    greta = await _waiting(desk)
    await desk.network.advance(5)
    mira = await _agent_dials_the_queue(desk)
    assert greta.heard.endswith("You are being connected")
    assert (greta.hears, mira.hears) == ([MIRA], [GRETA])
    [form] = desk.at("/connecting")
    assert (form["CallSid"], form["QueueTime"], form["DequeingCallSid"]) == (greta.sid, "5", mira.sid)
    await mira.say("Good morning")
    assert greta.prompts[-1].speaker == MIRA
    assert desk.at("/left") == []


async def test_the_action_comes_when_the_talk_is_over(desk: Desk) -> None:
    desk.says["/left"] = "<Say>how was it?</Say>"
    greta = await _waiting(desk)
    await desk.network.advance(5)
    mira = await _agent_dials_the_queue(desk)
    await desk.network.advance(60)
    await mira.hang_up()
    [form] = desk.at("/left")
    assert (form["QueueResult"], form["QueueTime"]) == ("bridged", "5")
    assert greta.heard.endswith("how was it?")
    assert desk.told("/agent-done", "CallStatus") == ["completed"]


async def test_a_caller_who_hangs_up_after_the_talk_was_bridged(desk: Desk) -> None:
    greta = await _waiting(desk)
    mira = await _agent_dials_the_queue(desk)
    await greta.hang_up()
    assert desk.told("/left", "QueueResult") == ["bridged"]
    assert desk.told("/agent-done", "DialCallStatus") == ["completed"]
    assert mira.is_over


async def test_who_is_sent_elsewhere_out_of_the_talk_was_redirected_from_it(desk: Desk) -> None:
    greta = await _waiting(desk)
    await _agent_dials_the_queue(desk)
    await desk.rest("POST", f"Calls/{greta.sid}", Twiml="<Response><Say>one moment</Say></Response>")
    await desk.network.settle()
    assert desk.told("/left", "QueueResult") == ["redirected-from-bridged"]
    assert greta.heard.endswith("one moment")


async def test_whoever_dials_an_empty_queue_waits_for_the_next(desk: Desk) -> None:
    first = await _waiting(desk)
    await first.hang_up()
    mira = await _agent_dials_the_queue(desk)
    assert mira.doing == "waiting for a caller"
    greta = await _waiting(desk)
    assert mira.hears == [GRETA]
    await greta.hang_up()


async def test_an_agent_who_is_gone_before_the_caller_knows_gets_nobody(desk: Desk) -> None:
    greta = await _waiting(desk)
    desk.says["/agent"] = "<Dial><Queue url='/connecting'>support</Queue></Dial>"
    desk.says["/connecting"] = '<Pause length="5"/>'
    await desk.call(JONAS)
    jonas = desk.network.phone(JONAS)
    await jonas.answer()
    await jonas.hang_up()
    assert greta.hears == []
    assert desk.told("/left", "QueueResult") == ["bridged"]
