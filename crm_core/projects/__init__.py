"""Projects, tasks and the hours worked on them."""

from crm_core import activity, agenda, followers, handover, references, timers
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
from crm_core.projects.due import due_tasks
from crm_core.projects.hours import Hours
from crm_core.projects.projects import Project
from crm_core.projects.tasks import Task

references.register("TASK", Task, finishing.remove_parts)
references.register("P", Project, projects.remove_parts)
references.register("H", Hours)
agenda.register("tasks", due_tasks)
handover.register("task", "assignee_id", Task.finished_at.is_(None))
handover.LEAVING.append(stopwatch.stop_for_good)
handover.LEAVING.append(projects.pass_on)
followers.register("task", reminders.schedule)
timers.register("task.remind", reminders.on_due)
activity.reversal("task.finished", finishing.take_back)

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
