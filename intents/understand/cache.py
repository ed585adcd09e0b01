"""A model is learnt once: it lies in a folder named after everything that it depends on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias, TypeVar

import structlog

from crm_core.errors import Refused
from intents.understand.encoder import encoder_version
from intents.understand.orders import Order, Tell, silent
from intents.understand.tagging_orders import TaggingOrder

AnyOrder: TypeAlias = Order | TaggingOrder
Learnt = TypeVar("Learnt")
CODE = (
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
TAGGING_CODE = (
    "clues", "features", "fits", "lattice", "marks", "noise", "tagging", "tagging_orders", "tagging_training", "tags",
    "tokens", "../values/digits", "../values/numbers", "../values/seeking", "../values/writer", "../values/written",
)  # fmt: skip
_LIBRARIES = ("numpy", "scipy", "scikit-learn")
_KEPT = 3
_BEGUN = ".learning-"
_A_DAY = 86_400
_log = structlog.get_logger(__name__)


def default_folder() -> Path:
    return _cache() / "understanding"


def tagger_folder() -> Path:
    return _cache() / "tagging"


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "offhook"


def can_learn() -> bool:
    """Whether the `nlu` extra is installed."""
    return find_spec("sklearn") is not None


def kept(
    name: str, order: Callable[[], AnyOrder], load: Callable[[Path], Learnt], base: Path, tell: Tell = silent
) -> Learnt:
    """What lies under that name, learnt from the order where nothing does: for a thread, not for the loop. Raises
    Refused where it cannot be learnt."""
    found = found_in(base / name, load)
    if found is not None:
        return found
    _learn_into(base / name, order(), tell)
    _tidy(base)
    return load(base / name)


def found_in(place: Path, load: Callable[[Path], Learnt]) -> Learnt | None:
    """None for what is not there, or is damaged."""
    try:
        return load(place)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("understanding.cache_damaged", folder=str(place), because=str(error))
    return None


def libraries(*, with_encoder: bool) -> str:
    """The versions of those that learn and run."""
    return json.dumps([*map(_version, _LIBRARIES), encoder_version() if with_encoder else None])


def learn(order: AnyOrder, folder: Path, tell: Tell = silent) -> None:
    """In a process of its own: what learning needs of memory is given back. Raises Refused."""
    match order:
        case Order():
            module = "intents.understand.learning"
            if not can_learn():
                raise Refused("nlu.extra-missing")
        case TaggingOrder():
            module = "intents.understand.tagging_training"
    command = [sys.executable, "-m", module, str(folder)]
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
            process.stdin.write(order.as_json() + "\n")
            process.stdin.flush()
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


def _learn_into(place: Path, order: AnyOrder, tell: Tell) -> None:
    """Whole or not at all; where two processes learn the same at once, either is as good."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=_BEGUN) as made:
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
    """The last few models stay: two versions side by side must not throw out each other's. What somebody who was
    killed had begun goes after a day."""
    models = [folder for folder in base.iterdir() if folder.is_dir() and not folder.name.startswith(_BEGUN)]
    for begun in base.glob(f"{_BEGUN}*"):
        if begun.stat().st_mtime < time.time() - _A_DAY:
            shutil.rmtree(begun, ignore_errors=True)
    for old in sorted(models, key=lambda folder: folder.stat().st_mtime, reverse=True)[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
