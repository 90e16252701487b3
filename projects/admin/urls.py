"""Pages of the admin that belong to no single list."""

from django.contrib import admin
from django.urls import path

from projects.admin import (
    agenda,
    attachments,
    board,
    briefings,
    desk,
    grid,
    monthly_totals,
    quarters,
    requests,
    scores,
    tasks,
)

admin_view = admin.site.admin_view
admin_pages = [
    path("projects/grid/", admin_view(grid.grid), name="projects_grid"),
    path("projects/scoring/", admin_view(scores.scores), name="projects_scoring"),
    path(
        "projects/monthly-totals/",
        admin_view(monthly_totals.monthly_totals),
        name="projects_monthly_totals",
    ),
    path("projects/requests/", admin_view(requests.queue), name="projects_requests"),
    path("projects/requests/ask/", admin_view(requests.ask), name="projects_ask"),
    path(
        "projects/requests/<int:number>/answer/",
        admin_view(requests.answer),
        name="projects_request_answer",
    ),
    path(
        "projects/requests/<int:number>/go-on/",
        admin_view(requests.go_on),
        name="projects_request_go_on",
    ),
    path("projects/agenda/", admin_view(agenda.page), name="projects_agenda"),
    path("projects/tasks/", admin_view(tasks.tasks), name="projects_tasks"),
    path("projects/tasks/<int:number>/", admin_view(tasks.task), name="projects_task"),
    path(
        "projects/tasks/<int:number>/<int:unit>/workbook/",
        admin_view(tasks.workbook),
        name="projects_task_workbook",
    ),
    path(
        "projects/attachments/<str:kind>/<int:number>/",
        admin_view(attachments.page),
        name="projects_attachments",
    ),
    path(
        "projects/attachments/<uuid:key>/<str:variant>/",
        admin_view(attachments.file),
        name="projects_attachment",
    ),
    path("projects/board/", admin_view(board.board), name="projects_board"),
    path("projects/quarters/", admin_view(quarters.page), name="projects_quarters"),
    path("projects/briefings/", admin_view(briefings.briefings), name="projects_briefings"),
    path(
        "projects/briefings/<int:number>/", admin_view(briefings.briefing), name="projects_briefing"
    ),
    path(
        "projects/briefings/<int:number>/<int:edition>/<str:extension>",
        admin_view(briefings.file),
        name="projects_briefing_file",
    ),
    path("projects/desk/", admin_view(desk.choice), name="projects_desks"),
    path("projects/desk/<slug:slug>/", admin_view(desk.desk), name="projects_desk"),
]
