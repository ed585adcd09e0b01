from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from intents.understand import encoder


def test_two_languages_that_say_the_same_are_near() -> None:
    loaded = encoder.load_encoder()
    assert loaded is not None
    heating, same, other = loaded.encode(["the heating is cold", "die Heizung ist kalt", "we won the deal"])
    assert heating @ same > heating @ other + 0.2
    assert np.linalg.norm(heating) == pytest.approx(1, abs=1e-3)


def test_files_that_are_not_the_pinned_ones_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "WEIGHTS_SHA256", "0" * 64)
    assert encoder.load_encoder() is None


def test_without_the_extra_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "find_spec", lambda _name: None)
    assert encoder.load_encoder() is None
    assert encoder.encoder_version() is None


def test_its_table_is_unpacked_once_and_gives_the_same_numbers(tmp_path: Path) -> None:
    in_memory, first, again = (encoder.load_encoder(folder) for folder in (None, tmp_path, tmp_path))
    assert in_memory is not None and first is not None and again is not None
    wanted = in_memory.encode(["the heating is cold"])
    for one in (first, again):
        assert np.array_equal(one.encode(["the heating is cold"]), wanted)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    loaded = encoder.load_encoder(tmp_path / "file")
    assert loaded is not None
    assert loaded.encode(["hello"]).shape == (1, encoder.WIDTH)
