"""`offhook demo` as its own process, in a folder of the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import forks
from tests.ports import free_port
from webhooks.settings import Settings

ROOT = Path(__file__).parent.parent.parent.parent
PATIENCE_SECONDS = 20.0


@dataclass(slots=True)
class Started:
    folder: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> str:
        """By Ctrl-C; what it still had to say."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return said


def environment(**more: str) -> dict[str, str]:
    """Without anything that would configure Offhook."""
    names = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "UNDERSTANDING": "examples", **more}


def offhook(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One command to its end."""
    return forks.finished(folder, environment(**more), *arguments)


@contextmanager
def started(folder: Path) -> Iterator[Started]:
    port = free_port()
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "webhooks.cli", "demo", "--port", str(port)],
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    with process:
        try:
            for line in process.stdout:
                if "Ctrl-C stops it" in line:
                    break
            else:
                raise AssertionError((folder / "log.txt").read_text())
            yield Started(folder, port, process)
        finally:
            process.kill()
