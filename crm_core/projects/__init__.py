"""Projects, tasks and the hours worked on them."""

from crm_core import activity, references, timers
from crm_core.projects import (
    checklists,
    dependencies,
    finishing,
    hours,
    projects,
    recurrence,
    reminders,
    stopwatch,
    tasks,
)
from crm_core.projects.hours import Hours
from crm_core.projects.projects import Project
from crm_core.projects.tasks import Task

references.register("TASK", Task, finishing.remove_parts)
references.register("P", Project, projects.remove_parts)
references.register("H", Hours)
timers.register("task.remind", reminders.on_due)
activity.UNDOING["task.finished"] = finishing.take_back

__all__ = [
    "checklists",
    "dependencies",
    "finishing",
    "hours",
    "projects",
    "recurrence",
    "reminders",
    "stopwatch",
    "tasks",
]
