from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm_core.errors import CrmError
from intents.understand import cache
from intents.understand.model import Model, load_model
from intents.understand.orders import Order, Tell, silent
from intents.understand.training import train
from tests.intents.understand.sayings import ASKED, SAYINGS

ORDER = Order(SAYINGS, with_encoder=False)


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """Learning happens here instead of in a process of its own."""
    orders: list[Order] = []

    def learn(order: Order, folder: Path, tell: Tell = silent) -> None:
        orders.append(order)
        train(order, tell).save(folder)

    monkeypatch.setattr(cache, "learn", learn)
    return orders


def _kept(folder: Path, name: str = "here") -> Model:
    return cache.kept(name, lambda: ORDER, load_model, folder)


def test_a_model_is_learnt_once(learnt: list[Order], tmp_path: Path) -> None:
    first, second = (_kept(tmp_path) for _start in range(2))
    assert len(learnt) == 1
    assert first.guess("hold the caller") == second.guess("hold the caller")


@pytest.mark.parametrize("name", ["model.npz", "model.json"])
def test_a_damaged_model_is_learnt_again(learnt: list[Order], tmp_path: Path, name: str) -> None:
    _kept(tmp_path)
    file = tmp_path / "here" / name
    file.write_bytes(file.read_bytes()[:100])
    assert _kept(tmp_path).guess("hold the caller").alternatives[0][0] == "call.hold"
    assert len(learnt) == 2


def test_old_models_are_thrown_away(learnt: list[Order], tmp_path: Path) -> None:
    for number in range(6):
        _kept(tmp_path, f"other{number}")
    assert len(list(tmp_path.iterdir())) == 3


def test_learning_is_a_process_of_its_own_that_tells_how_far_it_is(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    cache.learn(ORDER, tmp_path / "model", lambda done, of: steps.append((done, of)))
    assert steps[-1][0] == steps[-1][1] >= len(SAYINGS)
    assert load_model(tmp_path / "model").guess("hold the caller").alternatives[0][0] == "call.hold"


def test_a_failure_to_learn_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Order, "as_json", lambda _order: "{")
    with pytest.raises(CrmError, match=r"nlu\.not-learnt"):
        _kept(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_learning_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "find_spec", lambda _name: None)
    with pytest.raises(CrmError, match=r"nlu\.extra-missing"):
        _kept(tmp_path)


def test_who_only_understands_does_not_load_what_learning_needs(learnt: list[Order], tmp_path: Path) -> None:
    _kept(tmp_path)
    asking = (
        "import sys; from pathlib import Path; from intents.understand import model, evaluation, explaining;"
        f"model = model.load_model(Path({str(tmp_path / 'here')!r}));"
        f"print(model.guess({next(iter(ASKED))!r}).alternatives[0][0], {{'sklearn', 'scipy'}} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asking], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ticket.open", "set()"]


def test_what_was_begun_and_never_finished_goes_after_a_day(learnt: list[Order], tmp_path: Path) -> None:
    for name, age in ((".learning-old", 100_000), (".learning-new", 60)):
        (tmp_path / name).mkdir()
        begun = time.time() - age
        os.utime(tmp_path / name, (begun, begun))
    _kept(tmp_path)
    assert {folder.name for folder in tmp_path.iterdir()} == {".learning-new", "here"}
