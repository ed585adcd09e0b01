import pytest

from crm_core import rights
from crm_core.agents import Actor, Proof, Role
from crm_core.errors import NotAllowed
from crm_core.rights import RIGHTS

WRITES = [verb for verb in RIGHTS if not verb.endswith((".read", ".read-own", ".list"))]


def _agent(role: Role) -> Actor:
    return Actor(name="A", channel="slack", language="en", role=role, agent_id=1, proof=Proof.LINKED)


def _caller(proof: Proof) -> Actor:
    return Actor(name="C", channel="phone", language="en", proof=proof)


@pytest.mark.parametrize("verb", WRITES)
def test_a_viewer_changes_nothing(verb: str) -> None:
    assert not rights.allowed(_agent(Role.VIEWER), verb)


@pytest.mark.parametrize("verb", RIGHTS)
def test_an_admin_may_do_everything(verb: str) -> None:
    assert rights.allowed(_agent(Role.ADMIN), verb)


@pytest.mark.parametrize("verb", RIGHTS)
def test_a_known_caller_may_only_open_tickets_answer_and_hear_their_own(verb: str) -> None:
    expected = verb in {"ticket.open", "ticket.read-own", "ticket.customer-reply", "call.answer", "satisfaction.rate"}
    assert rights.allowed(_caller(Proof.CALLER_ID), verb) is expected


def test_an_unknown_caller_hears_of_no_ticket() -> None:
    assert not rights.allowed(_caller(Proof.NONE), "ticket.read-own")


def test_the_refusal_says_whether_linking_would_help() -> None:
    with pytest.raises(NotAllowed) as stranger:
        rights.require(_caller(Proof.NONE), "ticket.claim")
    with pytest.raises(NotAllowed) as viewer:
        rights.require(_agent(Role.VIEWER), "ticket.claim")
    assert (stranger.value.message.id, viewer.value.message.id) == ("rights.not-linked", "rights.role")
