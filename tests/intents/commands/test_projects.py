from tests.intents.talk import Talk, choices, everything


async def test_a_task_is_added_listed_and_ticked_off(mira: Talk) -> None:
    assert (await mira.say("remind me to call Greta tomorrow at 9:30")).text == "TASK-1 is on your list: call Greta"
    listed = await mira.say("what do I have to do today?")
    assert listed.text == "1 task: TASK-1 call Greta"
    assert "Tue 24 Nov, 09:30" in everything(listed)
    assert (await mira.press(choices(listed)[0])).text == "TASK-1 is done: call Greta"
    assert (await mira.say("tasks")).text == "Your list is empty."
    assert (await mira.say("done TASK-1")).text == "TASK-1 is done already."


async def test_what_is_due_first_is_on_top(mira: Talk) -> None:
    for text in ("add task third", "add task second due next week", "neue Aufgabe erste bis morgen"):
        await mira.say(text)
    assert (await mira.say("tasks")).text == "3 tasks: TASK-3 erste; TASK-2 second; TASK-1 third"


async def test_tasks_are_ones_own(mira: Talk, jonas: Talk) -> None:
    await mira.say("add task Send the offer")
    assert (await jonas.say("Aufgaben")).text == "Ihre Liste ist leer."


async def test_a_day_that_does_not_exist_is_refused(mira: Talk) -> None:
    reply = await mira.say("add task Send the offer due 31.2.2027")
    assert reply.text == "“31.2.2027” is no date I can read. Try tomorrow, Friday or 2026-12-01."
