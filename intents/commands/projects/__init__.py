"""Projects, tasks, hours, the day ahead, and who stands in for whom."""

# The help shows commands in the order in which they are registered: what is said most often first.
from intents.commands.projects import tasks, day, steps, projects, hours, people  # noqa: I001

__all__ = ["day", "hours", "people", "projects", "steps", "tasks"]
