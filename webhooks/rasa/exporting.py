"""What `offhook rasa export` does."""

from __future__ import annotations

from pathlib import Path

from intents import catalogue
from intents.rasa.export import export as _export
from webhooks.command_line import show_fault
from webhooks.complaints import Complaint
from webhooks.serve import load_extensions
from webhooks.settings import Settings


def export(settings: Settings, folder: Path, language: str | None) -> str:
    """Raises Complaint, CompanyFileError or CrmError."""
    for fault in load_extensions(settings):
        show_fault(f"Left out: {fault}")
    known = catalogue.languages()
    if language is not None and language not in known:
        raise Complaint(f"There is no language {language}: use one of {', '.join(known)}, or leave it out for all.")
    try:
        files = _export(folder, [language] if language is not None else known, settings.base_url)
    except OSError as error:
        raise Complaint(f"Cannot write to {folder}: {error.strerror}.") from error
    written = "\n".join(f"  {file}" for file in files)
    hint = f"With Rasa 3.6: cd {folder}, then `rasa train`, then `rasa run --enable-api`."
    missing = "" if settings.rasa_action_token else "\nBoth sides need the same RASA_ACTION_TOKEN: here it is not set."
    return f"Written:\n{written}\n{hint}{missing}"
