from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm_core.errors import CrmError
from intents.understand import cache, examples, held_back, tagging_training
from intents.understand.orders import Order, Tell, silent
from intents.understand.tagging_orders import TaggingOrder
from intents.understand.training import train
from tests.intents.understand.sayings import ASKED, SAYINGS
from webhooks import nlu
from webhooks.cli import app
from webhooks.nlu_evaluation import Splits, evaluate
from webhooks.settings import Settings


@pytest.fixture(autouse=True)
def _learning_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def learn(order: Order | TaggingOrder, folder: Path, tell: Tell = silent) -> None:
        match order:
            case Order():
                train(order, tell).save(folder)
            case TaggingOrder():
                tagging_training.train(order, tell).save(folder)

    monkeypatch.setattr(cache, "learn", learn)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "sayings.csv"
    rows = [(one.text, one.intent.replace("out_of_scope", "oos"), "train") for one in SAYINGS]
    rows += [(text, intent, "test") for text, intent in ASKED.items()]
    rows += [("what is the weather in rome", "oos", "test"), ("only one", "deal.won", "single")]
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "intent", "split"), *rows])
    return file


@pytest.fixture
def taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lines = "".join(f"- intent: {one.intent}\n  examples: |\n    - {one.text}\n" for one in SAYINGS)
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "all.yml").write_text(f'version: "3.1"\nnlu:\n{lines}', encoding="utf-8")
    monkeypatch.setattr(examples, "TRAINING", tmp_path / "training")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_a_file_is_judged_by_a_split_that_was_not_taught(table: Path) -> None:
    arguments = ["nlu", "evaluate", str(table), "--train", "train", "--test", "test", "--tier", "1", "--json"]
    figures = json.loads(CliRunner().invoke(app, arguments, catch_exceptions=False).stdout)
    assert list(figures) == ["accuracy", "oos_recall", "auroc", "train_s", "load_s", "p50_ms", "p99_ms", "rss_mb"]
    assert figures["accuracy"] > 0.5
    assert 0 <= figures["oos_recall"] <= 1


def test_the_report_shows_what_was_taken_for_what(table: Path) -> None:
    arguments = ["nlu", "evaluate", str(table), "--train", "test", "--test", "train", "--tier", "1"]
    shown = CliRunner().invoke(app, arguments, catch_exceptions=False).stdout
    assert "accuracy" in shown and "taken for" in shown


@pytest.mark.parametrize(
    ("splits", "oos_label", "complaint"),
    [
        (Splits("dev", "test", None), None, "nlu.no-split"),
        (Splits("train", "dev", None), None, "nlu.no-split"),
        (Splits("train", "test", "dev"), None, "nlu.no-split"),
        (Splits("train", "train", None), None, "nlu.test-is-taught"),
        (Splits("train", "test", "test"), None, "nlu.test-is-taught"),
        (Splits("train", "test", None), "stranger", "nlu.no-oos"),
        (Splits("single", "test", None), None, "nlu.one-intent"),
    ],
)
def test_splits_that_do_not_fit_are_refused(table: Path, splits: Splits, oos_label: str | None, complaint: str) -> None:
    with pytest.raises(CrmError) as raised:
        evaluate(table, splits, oos_label, 1)
    assert raised.value.message.id == complaint


def test_both_tiers_are_not_measured_without_the_encoder(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intents.understand.encoder.find_spec", lambda _name: None)
    with pytest.raises(CrmError, match=r"nlu\.encoder-missing"):
        evaluate(table, Splits("train", "test", None), None, 2)


def test_what_was_learnt_explains_itself(taught: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intents.understand.encoder.find_spec", lambda _name: None)
    settings = Settings(_env_file=None, offhook_config=taught / "none.yml")
    assert nlu.train(settings).startswith("4 intents, by words alone")
    shown = CliRunner().invoke(app, ["nlu", "explain", "the deal is won"], catch_exceptions=False).stdout
    assert "deal.won" in shown and "What speaks for" in shown
    told = json.loads(CliRunner().invoke(app, ["nlu", "explain", "the deal is won", "--json"]).stdout)
    assert told["guess"]["alternatives"][0][0] == "deal.won"


def test_without_training_data_there_is_nothing_to_learn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "TRAINING", tmp_path)
    with pytest.raises(CrmError, match=r"nlu\.no-examples"):
        nlu.train(Settings(_env_file=None, offhook_config=tmp_path / "none.yml"))


def _kept_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "held_back" / "en").mkdir(parents=True)
    lines = "- intent: ticket.open\n  examples: |\n    - take down a new ticket, [no light](subject)\n"
    (folder / "held_back" / "en" / "some.yml").write_text(f"nlu:\n{lines}", encoding="utf-8")
    read = held_back.read_held_back
    monkeypatch.setattr("webhooks.nlu_held_back.read_held_back", lambda: read(folder / "held_back"))


def test_without_a_file_our_own_model_is_judged_by_what_it_did_not_learn(
    taught: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _kept_back(taught, monkeypatch)
    arguments = ["nlu", "evaluate", "--tier", "1"]
    figures = json.loads(CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False).stdout)
    assert list(figures) == ["en"]
    assert {"accuracy", "oos_recall", "slot_f1", "noisy_accuracy", "noisy_slot_f1"} <= figures["en"].keys()
    assert "slot_f1" in CliRunner().invoke(app, arguments, catch_exceptions=False).stdout


def test_where_nothing_is_held_back_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(CrmError) as raised:
        held_back.read_held_back(tmp_path / "nowhere")
    assert raised.value.message.id == "nlu.no-examples"


@pytest.mark.parametrize("options", [["--train", "train"], ["--oos-label", "oos"], ["some.csv", "--test", "test"]])
def test_splits_are_those_of_a_file(options: list[str]) -> None:
    assert CliRunner().invoke(app, ["nlu", "evaluate", *options]).exit_code == 2
