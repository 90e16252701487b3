"""The app of what was done with the aid, and how much."""

from django.apps import AppConfig

from aidtracker.ground.changes import follow_changes


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = "项目与数据"

    def ready(self) -> None:
        # Models can be imported only now.
        from aidtracker.desk.home import also_find
        from projects.models.findings import follow_with_findings
        from projects.monthly.due import due_for

        follow_changes(follow_with_findings)
        also_find(due_for)
