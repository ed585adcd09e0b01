"""Tasks."""

from crm_core import references
from crm_core.projects import tasks
from crm_core.projects.tasks import Task

references.register("TASK", Task)

__all__ = ["tasks"]
