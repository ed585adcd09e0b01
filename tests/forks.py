"""Processes of the product: forked from one that has imported everything, and gone when the test run is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

# Only for what hangs: a machine may be slow.
PATIENCE_SECONDS = 120.0

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.preloaded"])


def fork(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Each is a process of its own, with connections of its own; what it complains of goes nowhere."""
    process = _forks.Process(target=_run, args=(target, arguments), daemon=True)
    process.start()
    return process


def offhook(environment: Mapping[str, str], *arguments: str) -> BaseProcess:
    """The command, as the terminal would start it in this environment."""
    return fork(_offhook, dict(environment), arguments)


def finished(folder: Path, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command to its end, in a folder, with what it printed."""
    with TemporaryDirectory() as printed:
        out, errors = Path(printed) / "out", Path(printed) / "errors"
        process = fork(_offhook_in, folder, out, errors, dict(environment), arguments)
        process.join(PATIENCE_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"offhook {' '.join(arguments)} does not end")
        return subprocess.CompletedProcess(arguments, process.exitcode, out.read_text(), errors.read_text())


def _run(target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    threading.Thread(target=_die_with_the_run, daemon=True).start()
    target(*arguments)


def _die_with_the_run() -> None:
    """Also when that was killed and could not stop anything."""
    run = multiprocessing.parent_process()
    assert run is not None
    run.join()
    os.kill(os.getpid(), signal.SIGKILL)


def _offhook(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    from webhooks.cli import main

    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["offhook", *arguments]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()


def _offhook_in(folder: Path, out: Path, errors: Path, environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    for descriptor, file in ((1, out), (2, errors)):
        with file.open("w") as opened:
            os.dup2(opened.fileno(), descriptor)
    os.chdir(folder)
    _offhook(environment, arguments)
