from __future__ import annotations

import hashlib
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from crm_core import activity, archive, files
from crm_core.agents import SYSTEM
from crm_core.company import Company
from crm_core.company.keeping import Files
from crm_core.db import Database
from crm_core.errors import Invalid
from crm_core.files import FileBytes
from crm_core.lease import State
from crm_core.outbox import Effect
from crm_core.privacy.privacy import erase
from tests import people
from tests.people import NOW
from tests.product import Product, running
from tests.webhooks.fake_s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, FakeS3
from webhooks.s3 import Keys, S3Store, StoreFault, signed

CONTENT = b"%PDF-1.7 an offer"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
async def s3() -> AsyncIterator[FakeS3]:
    async with FakeS3() as fake:
        yield fake


@pytest.fixture
async def store(s3: FakeS3) -> AsyncIterator[S3Store]:
    store = S3Store(s3.endpoint, BUCKET, Keys(ACCESS_KEY, SECRET_KEY, REGION), lambda: NOW)
    yield store
    await store.close()


@pytest.fixture
async def product(database: Database, company: Company, s3: FakeS3, clock: list[datetime]) -> AsyncIterator[Product]:
    stored = company.model_copy(update={"files": Files(storage="s3")})
    database.works_for(stored)
    settings = {
        "offhook_s3_endpoint": s3.endpoint,
        "offhook_s3_bucket": BUCKET,
        "offhook_s3_region": REGION,
        "offhook_s3_access_key": ACCESS_KEY,
        "offhook_s3_secret_key": SecretStr(SECRET_KEY),
    }
    async with running(database, stored, lambda: clock[0], **settings) as product:
        yield product


@pytest.fixture
def clock() -> list[datetime]:
    return [NOW]


def test_the_signature_is_that_of_amazons_own_example() -> None:
    keys = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
    url = "https://examplebucket.s3.amazonaws.com/test.txt"
    headers = signed("GET", url, {"range": "bytes=0-9"}, b"", keys, datetime(2013, 5, 24, tzinfo=UTC))
    assert headers["authorization"].endswith(
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


async def test_what_is_put_is_got_and_deleted(s3: FakeS3, store: S3Store) -> None:
    assert await store.get(DIGEST) is None
    await store.put(DIGEST, CONTENT)
    assert await store.get(DIGEST) == CONTENT
    s3.objects[DIGEST] = b"something else"
    assert await store.get(DIGEST) is None
    await store.delete(DIGEST)
    await store.delete(DIGEST)
    assert s3.objects == {}


async def test_a_wrong_key_is_refused(s3: FakeS3) -> None:
    store = S3Store(s3.endpoint, BUCKET, Keys(ACCESS_KEY, "wrong", REGION), lambda: NOW)
    with pytest.raises(StoreFault) as fault:
        await store.put(DIGEST, CONTENT)
    assert fault.value.status == 403
    await store.close()


async def test_a_file_is_here_until_the_store_has_it(
    product: Product, s3: FakeS3, store: S3Store, clock: list[datetime]
) -> None:
    s3.failures = [503]
    async with product.database.transaction() as session:
        mira = people.as_actor(await people.add_agent(session))
        greta = await people.add_contact(session)
        file = await files.attach(session, mira, "contact", greta.id, "offer.pdf", CONTENT, NOW)
    await product.work()
    async with product.database.transaction() as session:
        assert (await files.read(session, mira, file.id))[1] == CONTENT
    clock[0] = NOW + timedelta(minutes=1)
    await product.work()
    assert s3.objects == {DIGEST: CONTENT}
    async with product.database.transaction() as session:
        assert (await files.read(session, mira, file.id))[1] is None
        again = await files.attach(session, mira, "contact", greta.id, "same.pdf", CONTENT, clock[0])
        assert await session.scalar(select(func.count()).select_from(FileBytes)) == 0
        await activity.undo(session, mira, clock[0])
    await product.work()
    assert s3.objects == {DIGEST: CONTENT}, f"{again.id} shared it"
    async with product.database.transaction() as session:
        await erase(session, SYSTEM, greta.id, clock[0])
    await product.work()
    assert s3.objects == {}


async def test_a_backup_holds_what_lies_in_the_store(
    product: Product, s3: FakeS3, store: S3Store, tmp_path: Path, company: Company, sqlite_template: Path
) -> None:
    async with product.database.transaction() as session:
        greta = await people.add_contact(session)
        file = await files.attach(session, SYSTEM, "contact", greta.id, "offer.pdf", CONTENT, NOW)
    await product.work()
    with pytest.raises(Invalid) as missing:
        await archive.backup(product.database, tmp_path / "a", NOW, _silent)
    assert missing.value.message.id == "archive.file-missing"
    await archive.backup(product.database, tmp_path / "b", NOW, _silent, store)
    shutil.copy(sqlite_template, tmp_path / "other.db")
    other = Database(f"sqlite:///{tmp_path}/other.db", company)
    await archive.restore(other, tmp_path / "b", NOW, _silent)
    async with other.transaction() as session:
        assert (await files.read(session, SYSTEM, file.id))[1] == CONTENT
    await other.close()


async def test_a_store_that_refuses_leaves_a_letter_that_people_can_see(
    product: Product, s3: FakeS3, clock: list[datetime]
) -> None:
    s3.failures = [403]
    async with product.database.transaction() as session:
        greta = await people.add_contact(session)
        await files.attach(session, SYSTEM, "contact", greta.id, "offer.pdf", CONTENT, NOW)
    await product.work()
    async with product.database.transaction() as session:
        [effect] = (await session.scalars(select(Effect).where(Effect.address == f"s3:{DIGEST}"))).all()
        assert (effect.state, effect.error) == (State.DEAD, "the S3 store answered 403")
        assert await files.content(session, DIGEST) == CONTENT


def _silent(_table: str, _rows: int) -> None:
    return None
