import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_core import references, rights
from crm_core.agents import SYSTEM, Actor, Proof, Role
from crm_core.company import company_of
from crm_core.db import Database
from crm_core.errors import NotAllowed
from crm_core.money import Money
from crm_core.projects import finishing, tasks
from crm_core.rights import RIGHTS, Reach
from crm_core.sales import deals, moves, quotes, stages
from tests import people
from tests.people import NOW, as_actor

WRITES = [verb for verb in RIGHTS if not verb.endswith((".read", ".read-own", ".list"))]


def _agent(role: Role) -> Actor:
    return Actor(name="A", channel="slack", language="en", role=role, agent_id=1, proof=Proof.LINKED)


def _caller(proof: Proof) -> Actor:
    return Actor(name="C", channel="phone", language="en", proof=proof)


def test_a_viewer_changes_nothing() -> None:
    assert [verb for verb in WRITES if rights.allowed(_agent(Role.VIEWER), verb)] == []


def test_an_admin_may_do_everything() -> None:
    assert [verb for verb in RIGHTS if not rights.allowed(_agent(Role.ADMIN), verb)] == []


def test_a_known_caller_may_only_open_tickets_answer_and_hear_their_own() -> None:
    assert {verb for verb in RIGHTS if rights.allowed(_caller(Proof.CALLER_ID), verb)} == {
        "call.rate",
        "contact.prove",
        "text.receive",
        "ticket.open",
        "ticket.read-own",
        "ticket.customer-reply",
        "call.answer",
        "satisfaction.rate",
    }


def test_an_unknown_caller_hears_of_no_ticket() -> None:
    assert not rights.allowed(_caller(Proof.NONE), "ticket.read-own")


def test_the_refusal_says_whether_linking_would_help() -> None:
    with pytest.raises(NotAllowed) as stranger:
        rights.require(_caller(Proof.NONE), "ticket.claim")
    with pytest.raises(NotAllowed) as viewer:
        rights.require(_agent(Role.VIEWER), "ticket.claim")
    assert (stranger.value.message.id, viewer.value.message.id) == ("rights.not-linked", "rights.role")


# verb, the lowest role for one's own records, a team-mate's and another team's, the proof that does without a role.
MATRIX = [line.split() for line in (Path(__file__).parent / "rights.txt").read_text().splitlines() if line[0] != "#"]


def test_the_matrix_has_a_line_for_every_verb_and_no_other() -> None:
    assert [line[0] for line in MATRIX] == sorted(RIGHTS)


def test_every_role_may_what_the_matrix_says() -> None:
    wrong = [
        f"{verb} of a {role.name.lower()}, {reach.name.lower()}"
        for verb, *lowests, _proof in MATRIX
        for reach, lowest in zip(Reach, lowests, strict=True)
        for role in Role
        if rights.allowed(_agent(role), verb, reach) is not (role >= Role[lowest.upper()])
    ]
    assert not wrong, "\n".join(wrong)


def test_every_proof_is_worth_what_the_matrix_says() -> None:
    for verb, *_lowests, proof in MATRIX:
        lowest = None if proof == "-" else Proof[proof.upper().replace("-", "_")]
        enough = [given for given in Proof if lowest is not None and given >= lowest]
        assert [given for given in Proof if rights.allowed(_caller(given), verb)] == enough, verb


def test_every_verb_is_asked_for_somewhere_and_every_reach_is_measured() -> None:
    house = Path(rights.__file__).parent.parent
    folders = [house / name for name in ("crm_core", "intents", "webhooks")]
    source = "\n".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))
    asked = set(re.findall(r'(?:require|allowed)\(\s*(?:context\.)?actor,\s*"([a-z.-]+)"', source))
    named_by_kind = {f"{kind}.read" for kind in references.KINDS} | {"ticket.read-own", "ticket.read"}
    assert set(RIGHTS) - asked - named_by_kind == set()
    measured = set(re.findall(r'(?:require_reach|_locked|lock_unfinished)\(\s*session, actor, "([a-z.-]+)"', source))
    assert {verb for verb, right in RIGHTS.items() if right.elsewhere is not None} == measured


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.ADMIN])
@pytest.mark.parametrize("whose", ["own", "team", "other", "nobody"])
@pytest.mark.parametrize("kind", ["deal", "task", "quote"])
async def test_what_belongs_to_another_team_takes_a_lead(database: Database, kind: str, whose: str, role: Role) -> None:
    async with database.transaction() as session:
        await stages.apply_stages(session, company_of(session))
        actor = as_actor(await people.add_agent(session, "Mira Okafor", role, team="north"))
        mate = as_actor(await people.add_agent(session, "Jonas Weber", team="north"))
        other = as_actor(await people.add_agent(session, "Lena Brandt", team="south"))
        owner = {"own": actor, "team": mate, "other": other, "nobody": SYSTEM}[whose]
        change = await _something(session, kind, owner)
        if whose == "other" and role < Role.LEAD:
            with pytest.raises(NotAllowed) as refused:
                await change(session, actor)
            assert refused.value.message.params["name"] == "Lena Brandt"
        else:
            await change(session, actor)


async def _something(
    session: AsyncSession, kind: str, owner: Actor
) -> Callable[[AsyncSession, Actor], Awaitable[object]]:
    if kind == "task":
        task = await tasks.add_task(session, owner, title="Anrufen", now=NOW)
        return lambda session, actor: finishing.finish(session, actor, task.id, NOW)
    deal = await deals.add_deal(session, owner, title="Anlage", value=Money(100, "EUR"), now=NOW)
    if kind == "deal":
        return lambda session, actor: moves.set_value(session, actor, deal.id, Money(200, "EUR"), NOW)
    return lambda session, actor: quotes.make_quote(session, actor, deal.id, NOW)


async def test_without_teams_everybody_is_one_team(database: Database) -> None:
    async with database.transaction() as session:
        actor = as_actor(await people.add_agent(session, "Mira Okafor"))
        other = as_actor(await people.add_agent(session, "Lena Brandt"))
        task = await tasks.add_task(session, other, title="Anrufen", now=NOW)
        await finishing.finish(session, actor, task.id, NOW)
