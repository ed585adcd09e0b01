"""A real PostgreSQL for the test run, started from the system's binaries and thrown away afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

HOW_TO_GET_IT = (
    "PostgreSQL's server binaries were not found: apt-get install postgresql (Debian, Ubuntu)"
    " or brew install postgresql (macOS)"
)
READY_SECONDS = 60.0
# From here on a copy can be made file by file, which takes half the time for so small a database.
COPIES_FILES = (15, 0)
# Also when the run is killed: then its end of the pipe is closed too.
STOPS_WITH_ITS_INPUT = 'exec 3<&0; (read -r _ <&3; kill -INT $$) & exec "$@" 3<&- </dev/null'
UNPRIVILEGED = ("postgres", "nobody")


def find_binaries() -> Path | None:
    """The folder of initdb and postgres, the newest version first."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    folders = [*versions, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


@contextmanager
def postgres_or_skip() -> Iterator[str]:
    """The URL of a running server. Without binaries the tests are skipped, and with CI=true they fail."""
    binaries = find_binaries()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    with running_postgres(binaries) as url:
        yield url


@contextmanager
def running_postgres(binaries: Path) -> Iterator[str]:
    """`postgresql://offhook@127.0.0.1:PORT/postgres`. PostgreSQL refuses root: an unprivileged user runs it then."""
    folder = Path(tempfile.mkdtemp(prefix="offhook-postgres-"))
    user = _unprivileged_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    init: list[str | Path] = [binaries / "initdb", "-D", data, "-U", "offhook", "--auth=trust"]
    init += ["--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run(init, check=True, capture_output=True, cwd=folder, **_as(user))
    port = _free_port()
    options = {"fsync": "off", "max_connections": "200", "listen_addresses": "127.0.0.1", "port": str(port)}
    server: list[str | Path] = ["sh", "-c", STOPS_WITH_ITS_INPUT, "sh", binaries / "postgres", "-D", data, "-k", folder]
    server += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(server, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, **_as(user))
    url = f"postgresql://offhook@127.0.0.1:{port}/postgres"
    try:
        _wait_until_ready(binaries, port, process, folder / "log")
        yield url
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def create_database(server: str, name: str, template: str | None = None) -> str:
    """The new database's URL; a template is copied, which is cheaper than migrating anew."""
    await _administer(server, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    return server.rpartition("/")[0] + f"/{name}"


async def drop_database(server: str, name: str) -> None:
    await _administer(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _administer(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    if " TEMPLATE " in statement and connection.get_server_version() >= COPIES_FILES:
        statement += " STRATEGY FILE_COPY"
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in UNPRIVILEGED if name in known)


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(binaries: Path, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    asked: list[str | Path] = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    deadline = time.monotonic() + READY_SECONDS
    while subprocess.run(asked, check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
