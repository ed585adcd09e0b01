"""The records and the rules, without any channel."""

from importlib import import_module

SUBJECTS = ("contacts", "sales", "marketing", "support", "callcenter", "projects", "workflows", "reporting")


def load() -> None:
    """Import every subject, so that all tables and registries are filled."""
    import_module("crm_core.foundation")
    for subject in SUBJECTS:
        import_module(f"crm_core.{subject}")
    # Above all subjects: it knows where each of them keeps what is about a person.
    import_module("crm_core.privacy.retention")
