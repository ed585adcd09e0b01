"""A model is learnt once: it lies in a folder named after everything that it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import structlog

from crm_core.errors import Refused
from intents.understand.encoder import encoder_version
from intents.understand.model import Model, load_model
from intents.understand.orders import Order, Tell, silent

_CODE = (
    "emphasis",
    "emphasising",
    "encoder",
    "features",
    "fitting",
    "gist",
    "learning",
    "model",
    "opposites",
    "orders",
    "training",
    "trust",
)
_LIBRARIES = ("numpy", "scipy", "scikit-learn")
_KEPT = 3
_log = structlog.get_logger(__name__)


def default_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "offhook" / "understanding"


def can_learn() -> bool:
    """Whether the `nlu` extra is installed."""
    return find_spec("sklearn") is not None


def cached_or_learnt(order: Order, folder: Path | None = None, tell: Tell = silent) -> Model:
    """Takes seconds where it has to be learnt, and a second from the cache: for a thread, not for the loop.

    Raises Refused where it is not cached and cannot be learnt.
    """
    base = folder or default_folder()
    place = base / key(order)
    try:
        return load_model(place)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("understanding.cache_damaged", folder=str(place), because=str(error))
    _learn_into(place, order, tell)
    _tidy(base)
    return load_model(place)


def key(order: Order) -> str:
    """The same for the same examples under the same code and libraries, in any process and on any machine."""
    digest = hashlib.sha256(json.dumps(asdict(order), ensure_ascii=False).encode())
    for name in _CODE:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    versions = [*map(_version, _LIBRARIES), encoder_version() if order.with_encoder else None]
    digest.update(json.dumps(versions).encode())
    return digest.hexdigest()[:32]


def learn(order: Order, folder: Path, tell: Tell = silent) -> None:
    """In a process of its own: what learning needs of memory is given back. Raises Refused."""
    if not can_learn():
        raise Refused("nlu.extra-missing")
    command = [sys.executable, "-m", "intents.understand.learning", str(folder)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=_environment(),
            encoding="utf-8",
        )
        assert process.stdin is not None and process.stdout is not None
        with process:
            process.stdin.write(order.as_json())
            process.stdin.close()
            for line in process.stdout:
                done, of = map(int, line.split())
                tell(done, of)
        if process.returncode:
            complaints.seek(0)
            last = (complaints.read().strip().splitlines() or [f"exit {process.returncode}"])[-1]
            raise Refused("nlu.not-learnt", because=last)


def _environment() -> dict[str, str]:
    """The process finds this package wherever it is started, and leaves a core to the calls of this one."""
    home = str(Path(__file__).parent.parent.parent)
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}


def _learn_into(place: Path, order: Order, tell: Tell) -> None:
    """Whole or not at all; where two processes learn the same at once, either is as good."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".learning-") as made:
        finished = Path(made) / "model"
        learn(order, finished, tell)
        if place.exists():
            shutil.rmtree(place, ignore_errors=True)
        try:
            finished.rename(place)
        except OSError:
            if not place.is_dir():
                raise


def _tidy(base: Path) -> None:
    """The last few models stay: two versions side by side must not throw out each other's."""
    models = [folder for folder in base.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    for old in sorted(models, key=lambda folder: folder.stat().st_mtime, reverse=True)[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
