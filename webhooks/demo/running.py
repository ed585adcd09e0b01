"""The demo leaves a note of where it runs, so that `offhook chat`, `ask` and `call` beside it find it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from webhooks.settings import Settings

FOLDER = Path(".offhook")
NOTE = FOLDER / "demo.json"


@dataclass(frozen=True, slots=True)
class Running:
    pid: int
    port: int
    database: str
    company_file: str
    simulator_url: str
    simulator_key: str


def leave_note(running: Running) -> None:
    FOLDER.mkdir(exist_ok=True)
    NOTE.touch(mode=0o600)
    NOTE.write_text(json.dumps(asdict(running)), encoding="utf-8")


def take_note_away() -> None:
    NOTE.unlink(missing_ok=True)


def find() -> Running | None:
    """None when no demo runs in this folder; a note that a killed one left behind does not count."""
    try:
        running = Running(**json.loads(NOTE.read_text(encoding="utf-8")))
        os.kill(running.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return running


def settings(found: Settings) -> Settings:
    """The demo's database and company where one runs, unless the environment names a database."""
    running = find()
    if running is None or "database_url" in found.model_fields_set:
        return found
    theirs = {"database_url": running.database, "port": running.port, "offhook_config": Path(running.company_file)}
    return found.model_copy(update=theirs)
