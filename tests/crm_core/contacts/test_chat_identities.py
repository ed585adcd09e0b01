from collections.abc import Sequence

import pytest
from sqlalchemy import select

from crm_core import activity, conversation, inbox, outbox
from crm_core.agents import SYSTEM, Actor, Proof
from crm_core.contacts import changes, chat_identities, contacts, customers, merges, search
from crm_core.contacts.chat_identities import ChatIdentity, Messenger
from crm_core.conversation import ChoiceToken, Conversation, Offered
from crm_core.db import Database
from crm_core.errors import Invalid, Refused
from crm_core.inbox import Receipt
from crm_core.outbox import Effect, EffectKind
from crm_core.privacy.privacy import erase, known_of
from tests import people
from tests.people import NOW, as_actor

GRETA, PAUL = 1001, 1002
ACCOUNT = "555123"


@pytest.fixture
async def mira(database: Database) -> Actor:
    async with database.transaction() as session:
        await people.add_contact(session, "Greta Sommer")
        await people.add_contact(session, "Paul Winter", "+493023125011", language=None)
        return as_actor(await people.add_agent(session, slack="U0MIRA"))


async def _accounts(database: Database, contact_id: int) -> Sequence[str]:
    async with database.transaction() as session:
        return [known.place for known in await chat_identities.identities_of(session, contact_id)]


async def _add(database: Database, mira: Actor, contact_id: int = GRETA, raw: str = ACCOUNT) -> None:
    async with database.transaction() as session:
        await changes.add_account(session, mira, contact_id, Messenger.TELEGRAM, raw, NOW)


async def test_an_account_is_added_removed_and_both_are_taken_back(database: Database, mira: Actor) -> None:
    await _add(database, mira)
    async with database.transaction() as session:
        await changes.add_account(session, mira, GRETA, Messenger.SLACK, "@u0greta", NOW)
        await activity.undo(session, mira, NOW)
    assert await _accounts(database, GRETA) == ["telegram:555123"]
    async with database.transaction() as session:
        await customers.identify(session, "telegram", ACCOUNT, "greta_s", NOW)
        await changes.remove_account(session, mira, GRETA, Messenger.TELEGRAM, ACCOUNT, NOW)
        assert await customers.identify(session, "telegram", ACCOUNT, "greta_s", NOW) is None
        await activity.undo(session, mira, NOW)
        [back] = await chat_identities.identities_of(session, GRETA)
    assert (back.place, back.name) == ("telegram:555123", "greta_s")


async def test_an_account_is_one_contacts_and_no_colleagues(database: Database, mira: Actor) -> None:
    await _add(database, mira)
    for contact_id, messenger, account, complaint in (
        (GRETA, Messenger.TELEGRAM, ACCOUNT, "contact.has-already"),
        (PAUL, Messenger.TELEGRAM, ACCOUNT, "chat.of-contact"),
        (PAUL, Messenger.SLACK, "U0MIRA", "chat.of-colleague"),
    ):
        with pytest.raises(Refused) as refused:
            async with database.transaction() as session:
                await changes.add_account(session, mira, contact_id, messenger, account, NOW)
        assert refused.value.message.id == complaint
    with pytest.raises(Refused) as refused:
        async with database.transaction() as session:
            await changes.remove_account(session, mira, PAUL, Messenger.TELEGRAM, ACCOUNT, NOW)
    assert refused.value.message.id == "contact.has-not"
    assert await _accounts(database, PAUL) == []


@pytest.mark.parametrize(
    ("messenger", "raw"),
    [
        (Messenger.TELEGRAM, "@greta_s"),
        (Messenger.TELEGRAM, "-100555"),
        (Messenger.TELEGRAM, "0"),
        (Messenger.TELEGRAM, "5٥٥"),
        (Messenger.TELEGRAM, "9" * 17),
        (Messenger.SLACK, "C0SUPPORT"),
        (Messenger.SLACK, "greta"),
        (Messenger.SLACK, "U1:U2"),
    ],
)
def test_what_is_no_account_is_refused(messenger: Messenger, raw: str) -> None:
    with pytest.raises(Invalid) as refused:
        chat_identities.require_account(messenger, raw)
    assert refused.value.message.id == f"chat.invalid-{messenger}"


async def test_undo_does_not_take_an_account_away_from_who_has_it_now(database: Database, mira: Actor) -> None:
    await _add(database, mira)
    async with database.transaction() as session:
        await changes.remove_account(session, mira, GRETA, Messenger.TELEGRAM, ACCOUNT, NOW)
        await changes.add_account(session, SYSTEM, PAUL, Messenger.TELEGRAM, ACCOUNT, NOW)
    with pytest.raises(Refused):
        async with database.transaction() as session:
            await activity.undo(session, mira, NOW)
    assert await _accounts(database, PAUL) == ["telegram:555123"]


async def test_a_known_account_speaks_for_its_contact_in_their_language(database: Database, mira: Actor) -> None:
    await _add(database, mira)
    await _add(database, mira, PAUL, "555124")
    async with database.transaction() as session:
        assert await customers.identify(session, "telegram", ACCOUNT, "greta_s", NOW) == Actor(
            "Greta Sommer", "telegram", "de", contact_id=GRETA, proof=Proof.CONTACT_SHARE
        )
        paul = await customers.identify(session, "telegram", "555124", "", NOW)
        assert paul is not None and paul.language == "de", "the house's own"
        assert await customers.identify(session, "slack", ACCOUNT, "", NOW) is None
        assert await customers.identify(session, "telegram", "55512", "", NOW) is None


async def test_contacts_are_found_by_account_and_by_their_name_there(database: Database, mira: Actor) -> None:
    await _add(database, mira)
    async with database.transaction() as session:
        await customers.identify(session, "telegram", ACCOUNT, "Gretchen Zuckerguss", NOW)
    async with database.transaction() as session:
        for query in (ACCOUNT, "zuckerguss"):
            assert [found.id for found in await search.find_contacts(session, mira, query)] == [GRETA], query
        await changes.remove_account(session, mira, GRETA, Messenger.TELEGRAM, ACCOUNT, NOW)
        for query in (ACCOUNT, "zuckerguss"):
            assert list(await search.find_contacts(session, mira, query)) == [], query


async def test_merging_moves_an_account_and_undo_moves_it_back(database: Database, mira: Actor) -> None:
    await _add(database, mira)
    async with database.transaction() as session:
        await merges.merge(session, mira, GRETA, PAUL, NOW)
        customer = await customers.identify(session, "telegram", ACCOUNT, "", NOW)
        assert customer is not None and customer.contact_id == PAUL
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW)
    assert (await _accounts(database, GRETA), await _accounts(database, PAUL)) == (["telegram:555123"], [])


async def test_undo_of_adding_a_contact_takes_its_account_along(database: Database, mira: Actor) -> None:
    async with database.transaction() as session:
        ida = await contacts.add_contact(session, mira, name="Ida Kern", now=NOW)
        await chat_identities.add_identity(session, ida.id, Messenger.SLACK, "U0IDA", NOW)
    async with database.transaction() as session:
        await activity.undo(session, mira, NOW)
    assert await _accounts(database, ida.id) == []


async def _talk(database: Database, account: str) -> None:
    """What is left of a customer who wrote to the bot."""
    place, sender = f"telegram:{account}", {"message": {"from": {"id": int(account), "is_bot": False}}}
    async with database.transaction() as session:
        await inbox.receive(session, "telegram", f"update-{account}", place, sender, NOW)
        await conversation.remembered(session, f"{place}:{account}", NOW)
        await conversation.offer(session, [Offered("my tickets")], f"{place}:{account}", NOW)
        await outbox.enqueue(session, EffectKind.POST, place, {"text": f"hello {account}"}, NOW)
        await outbox.enqueue(session, EffectKind.FORWARD, f"rasa:{place}:{account}", {"text": "hello"}, NOW)


async def test_who_is_erased_has_no_account_and_what_they_wrote_through_it_is_gone(
    database: Database, mira: Actor
) -> None:
    await _add(database, mira)
    for account in (ACCOUNT, "5551234", "9555123"):
        await _talk(database, account)
    async with database.transaction() as session:
        told = await known_of(session, SYSTEM, GRETA)
        assert [row["external_id"] for row in told["chat_identity"]] == [ACCOUNT]
        for name in ("receipt", "conversation", "choice_token"):
            assert len(told[name]) == 1, name
        assert len(told["effect"]) == 2
        await erase(session, SYSTEM, GRETA, NOW)
    async with database.transaction() as session:
        assert (await session.scalars(select(ChatIdentity))).all() == []
        for model in (Conversation.key, ChoiceToken.audience):
            assert len((await session.scalars(select(model))).all()) == 2
        for payload, count in ((Receipt.payload, 2), (Effect.payload, 4)):
            left = [one for one in await session.scalars(select(payload)) if one]
            assert len(left) == count
            assert f"'{ACCOUNT}'" not in str(left)
        assert await customers.identify(session, "telegram", ACCOUNT, "", NOW) is None
