"""The app of what was done with the aid, and how much."""

from django.apps import AppConfig

from aidtracker.ground.changes import follow_changes


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = "项目与数据"

    def ready(self) -> None:
        # Models can be imported only now.
        from aidtracker.accounts.passwords import named_here
        from aidtracker.api.sets import add_further
        from aidtracker.desk import home
        from aidtracker.ground import summaries
        from aidtracker.ground.modules import BEFORE_WORK
        from aidtracker.pages.filed_tables import mean_in_tables, tell_in_tables
        from aidtracker.pages.searching import also_search
        from aidtracker.review.reviewed import FOLLOWERS
        from programs.models import Headquarters, Region
        from programs.models.sources import FOLLOW_TEXT, SHOWN_WITH
        from projects.checks.recomputing import follow_with_findings
        from projects.entry.replaced_texts import move_places
        from projects.exchange.provenance import PROVENANCE
        from projects.exchange.stages import STAGE
        from projects.models import PipelineCase
        from projects.models.observations import Observation, public_figures_in
        from projects.models.requests import answer_requests
        from projects.monthly import ledger_follow
        from projects.monthly.due import waiting_reports
        from projects.reading.phrase_patterns import pattern
        from projects.views import findings
        from projects.views.added import add_to_pages
        from projects.views.answers import figures_that_say
        from projects.views.meanings import MEANINGS

        follow_changes(follow_with_findings)
        follow_changes(answer_requests)
        FOLLOWERS.update(dict.fromkeys(ledger_follow.SOURCES, ledger_follow.follow))
        SHOWN_WITH.append(public_figures_in)
        FOLLOW_TEXT.append(move_places)
        home.WAITING.append(waiting_reports)
        summaries.register(findings.SUMMARY)
        also_search(figures_that_say)
        add_further(Observation, PROVENANCE)
        add_further(PipelineCase, STAGE)
        tell_in_tables(
            Observation,
            *("printed", "value", "value_high", "lower", "upper", "unit", "qualifier", "nature"),
            *("period_start", "period_end", "as_of", "source_title", "number", "page", "citation"),
        )
        mean_in_tables(MEANINGS)
        add_to_pages()
        BEFORE_WORK.append(pattern)
        named_here += [Headquarters, Region]
