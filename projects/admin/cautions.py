"""A column of lists of the ledgers: a sign for who approves, behind it what the rules say."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from projects.warnings import for_rows


class Cautioned(admin.ModelAdmin):
    """A list that may name `cautions` among its columns."""

    facts_columns = ("cautions",)

    def facts_of(self, rows):
        """{number of a row: sentences} for the rows of a page that something is said of."""
        return for_rows(rows)

    @admin.display(description="预警")
    def cautions(self, row, sentences):
        if not sentences:
            return ""
        lines = format_html_join("", "<li>{}</li>", ((words,) for words in sentences))
        return format_html(
            '<details class="review-caution"><summary title="{}">⚠ {} 条</summary>'
            "<ul>{}</ul></details>",
            "\n".join(sentences),
            len(sentences),
            lines,
        )
