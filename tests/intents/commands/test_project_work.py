from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, everything


async def test_a_project_from_beginning_to_end(mira: Talk, jonas: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session, "Greta Sommer")
    assert (await mira.say("new project Heat pump for Greta Sommer")).text == "P-1 is there: Heat pump"
    assert (await mira.say("add Jonas to P-1")).text == "Jonas Weber works on P-1, Heat pump."
    await mira.say("add task in P-1: order the pump due Friday")
    assert (await jonas.say("Aufgaben von P-1")).text == "P-1, noch 1 Aufgabe: TASK-1 order the pump"
    assert (await mira.say("close project P-1")).text == "P-1 has 1 task that is not done."
    await mira.say("done TASK-1")
    assert (await mira.say("projects")).text == "1 project: P-1 Heat pump, 1 of 1 tasks done"
    assert (await mira.say("close P-1")).text == "P-1, Heat pump: done"
    assert "Greta Sommer" in everything(await mira.say("show P-1"))


async def test_a_customers_project_is_not_named_in_public(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session, "Greta Sommer")
    await mira.say("new project Sommer heat pump for Greta Sommer")
    public = Talk(mira.database, mira.actor, is_public=True)
    for question in ("projects", "P-1", "tasks of P-1", "pause P-1"):
        assert "Sommer" not in everything(await public.say(question)), question


async def test_what_a_task_is_made_of(mira: Talk) -> None:
    for text in ("add task First", "add task Second due Friday"):
        await mira.say(text)
    assert (await mira.say("item TASK-2 measure the wall")).text == "TASK-2 has a point 1: measure the wall"
    assert "☑ 1 measure the wall" in everything(await mira.say("check TASK-2 1"))
    assert (await mira.say("TASK-2 waits for TASK-1")).text == "TASK-2 waits for TASK-1: Second"
    assert (await mira.say("done TASK-2")).text == "TASK-2 waits for TASK-1."
    assert (await mira.say("done TASK-1")).text == "TASK-1 is done: First\nNothing is in the way of TASK-2 any more."
    assert "every 2 weeks" in everything(await mira.say("repeat TASK-2 every 2 weeks"))
    finished = (await mira.say("done TASK-2")).text
    assert finished == "TASK-2 is done: Second\nIt comes again as TASK-3, due Fri 11 Dec, 17:00."
    assert (await mira.say("undo")).text == "Taken back on TASK-2: Mira Okafor finished the task."
    assert (await mira.say("tasks")).text == "1 task: TASK-2 Second"


async def test_a_task_changes_hands(mira: Talk, jonas: Talk) -> None:
    await mira.say("add task First")
    assert (await mira.say("give TASK-1 to Jonas")).text == "TASK-1 now lies with Jonas Weber: First"
    assert (await jonas.say("Aufgaben")).text == "1 Aufgabe: TASK-1 First"
    assert (await jonas.say("remind me 1 hour before TASK-1")).tone is Tone.REFUSED
    assert (await jonas.say("TASK-1 bis Freitag")).text == "TASK-1 ist fällig Fr., 27. Nov., 17:00: First"
    assert (await jonas.say("ich arbeite an TASK-1")).text == "TASK-1 ist in Arbeit: First"
