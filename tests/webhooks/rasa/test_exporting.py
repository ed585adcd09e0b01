from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from webhooks.complaints import Complaint
from webhooks.rasa.exporting import export
from webhooks.settings import Settings


def _settings(**given: object) -> Settings:
    return Settings(_env_file=None, public_base_url="https://crm.example.com", **given)  # type: ignore[arg-type]


def test_what_was_written_and_what_comes_next_is_told(tmp_path: Path) -> None:
    said = export(_settings(), tmp_path / "rasa", "en")
    assert f"{tmp_path}/rasa/data/nlu.yml" in said
    assert "rasa train" in said
    assert "RASA_ACTION_TOKEN: here it is not set" in said


def test_the_token_itself_is_not_written(tmp_path: Path) -> None:
    export(_settings(rasa_action_token=SecretStr("token-of-the-house")), tmp_path, "de")
    written = [file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.yml")]
    assert len(written) == 6
    assert not any("token-of-the-house" in text for text in written)


def test_a_language_that_we_do_not_speak_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Complaint, match="no language fr: use one of de, en"):
        export(_settings(), tmp_path, "fr")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Complaint, match="Cannot write to"):
        export(_settings(), tmp_path / "file" / "rasa", "en")
