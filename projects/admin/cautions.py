"""A column of lists of the ledgers: a sign for who approves, behind it what the rules say."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from aidtracker.desk.skin import ChangeList
from projects.warnings import for_rows


class CautionedList(ChangeList):
    """A page of rows, each with what the rules say of it; as many queries for one as for all."""

    result_list: Any

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        warnings = self.model_admin.warnings_of(self.result_list)
        for row in self.result_list:
            row.warnings = warnings.get(row.pk, [])


class Cautioned:
    """A list that may name `cautions` among its columns."""

    def get_changelist(self, request, **kwargs):
        return CautionedList

    def warnings_of(self, rows):
        """{number of a row: sentences} for the rows of a page that something is said of."""
        return for_rows(rows)

    @admin.display(description="预警")
    def cautions(self, row):
        if not row.warnings:
            return ""
        lines = format_html_join("", "<li>{}</li>", ((words,) for words in row.warnings))
        return format_html(
            '<details class="review-caution"><summary title="{}">⚠ {} 条</summary>'
            "<ul>{}</ul></details>",
            "\n".join(row.warnings),
            len(row.warnings),
            lines,
        )
