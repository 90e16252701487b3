"""What the lists of work, places of work, events and figures can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Left

from aidtracker.ground.inner_queries import Answers, Fixed, Numbers
from aidtracker.ground.keys import KEY_SEPARATOR
from aidtracker.ground.search import naming
from aidtracker.pages.choosing import (
    LinkedField,
    LinkedFilter,
    choice_filter,
    linked_filter,
    row_filter,
    used,
)
from aidtracker.pages.listing import ListFilter
from aidtracker.pages.naming import NATURAL, named
from aidtracker.pages.paging import kept
from programs.models import Batch, Category, Headquarters, Policy, Program, Region, Source
from programs.models.programs import Sector
from programs.views.filters import place_filter, places_in
from projects.models import (
    Activity,
    Agreement,
    Assessment,
    AssessmentRound,
    AssessmentScheme,
    Award,
    Enterprise,
    Finding,
    Investment,
    Metric,
    Observation,
    Outlet,
    Pipeline,
    PipelineStage,
    Project,
    ScopeEntry,
    Series,
    Site,
    Subsidy,
    Target,
)
from projects.models.finding_kinds import kind_choices
from projects.models.metrics import any_of
from projects.models.pipeline_cases import latest
from projects.models.scope_entries import SCOPES
from projects.sums.standings import Ground, Standing, with_standing


def about(subject):
    """A condition on one kind of thing that a figure's series is about."""
    field = getattr(Series, subject).field
    return linked_filter(
        field.verbose_name, field.related_model, field_name=subject, method=of_series
    )


def of_series(queryset, name, value):
    """The figures of the series that name something, or one of some things."""
    lookup = f"{name}__in" if isinstance(value, QuerySet) else name
    return queryset.filter(naming("series", Series.objects.filter(**{lookup: value})))


def in_scope(value):
    """The condition on series that an entry holds of them, or one of several."""
    among = list(value) if isinstance(value, QuerySet) else [value]
    return any_of({f"{name}__in": among for name in SCOPES})


def batches(request):
    return used(Batch, "projects")(request).select_related("owner")


def sources_with_figures(request):
    return used(Source, "observations")(request).without_text()


class ProjectFilter(ListFilter):
    headquarters = row_filter("援疆指挥部", used(Headquarters, "projects"))
    category = row_filter("项目类别", used(Category, "projects"), key=NATURAL)
    status = choice_filter("状态", Project.Status)
    region = place_filter("受援地", "projects", field_name="regions")
    program = row_filter("所属工程", used(Program, "projects"), field_name="programs")
    batch = row_filter("批次", batches, key=NATURAL)
    site = linked_filter("场所", Site)
    enterprise = linked_filter("参与企业", Enterprise, method="of_enterprise")

    def of_enterprise(self, queryset, name, value):
        return queryset.filter(pk__in=value.project_parties.values("project"))


class InvestmentFilter(ListFilter):
    kind = choice_filter("方式", Investment.Kind)
    status = choice_filter("状态", Investment.Status)
    headquarters = row_filter("引进指挥部", used(Headquarters, "investments"))
    region = place_filter("落地地区", "investments")
    origin = row_filter("来自", used(Region, "investments_from"))
    program = row_filter("所属工程", used(Program, "investments"), field_name="programs")
    enterprise = linked_filter("投资方或落地企业", Enterprise, method="of_enterprise")
    site = linked_filter("场所", Site)

    def of_enterprise(self, queryset, name, value):
        return queryset.filter(Q(investor=value) | Q(local_enterprise=value))


class EnterpriseFilter(ListFilter):
    kind = choice_filter("类型", Enterprise.Kind)
    region = place_filter("经营地", "enterprises", rarely=True)
    origin = row_filter("来自", used(Region, "enterprises_from"))
    parent = linked_filter("母公司或主管", Enterprise)
    activity = linked_filter("参与活动", Activity, field_name="activities")


class SiteFilter(ListFilter):
    kind = choice_filter("类型", Site.Kind)
    region = place_filter("所在地区", "sites")
    headquarters = row_filter("援建指挥部", used(Headquarters, "sites"))
    program = row_filter("所属工程", used(Program, "sites"), field_name="programs")
    operator = linked_filter("运营单位", Enterprise)
    parent = linked_filter("所属场所", Site)


class OutletFilter(ListFilter):
    kind = choice_filter("类型", Outlet.Kind)
    status = choice_filter("状态", Outlet.Status)
    headquarters = row_filter("援疆指挥部", used(Headquarters, "outlets"))
    city = place_filter("所在城市", "outlets", rarely=True)
    program = row_filter("所属工程", used(Program, "outlets"))
    platform = row_filter("所在平台", used(Enterprise, "outlets_hosted", rarely=True))
    enterprise = linked_filter("经营单位或平台", Enterprise, method="of_enterprise")

    def of_enterprise(self, queryset, name, value):
        return queryset.filter(Q(operator=value) | Q(platform=value))


def years_of_figures() -> list[tuple[str, str]]:
    """The years from the first to the last that a public figure speaks of, the last first: one
    query, which reads the ends of an index."""
    rows = Observation.objects.published()
    dates = (rows, "as_of"), (rows.filter(as_of=None), "period_end")
    ends = {
        f"{name}{sign}": Subquery(
            # By both, as the index is.
            dated.exclude(**{name: None}).order_by(f"{sign}as_of", f"{sign}{name}").values(name)[:1]
        )
        for dated, name in dates
        for sign in ("", "-")
    }
    shown = Metric.objects.order_by().values_list(*ends.values())[:1]
    found = [day.year for days in shown for day in days if day]
    years = range(max(found), min(found) - 1, -1) if found else ()
    return [(str(year), f"{year}年") for year in years]


def kept_years() -> list[tuple[str, str]]:
    return kept("years of figures", years_of_figures)


UNSTATED = "none"
NOT_STATED = (UNSTATED, "未注明")


class StatedFilter(django_filters.ChoiceFilter):
    """One of some choices, or rows that state none."""

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return (
            qs.filter(**{self.field_name: ""}) if value == UNSTATED else super().filter(qs, value)
        )


def year_filter(model):
    """The years in which something began, as choices, and that none is stated."""

    def years():
        dated = model.objects.published().exclude(starts_on="").order_by(Left("starts_on", 4))
        found = dated.values_list(Left("starts_on", 4), flat=True).distinct()
        return [*((year, f"{year}年") for year in found), NOT_STATED]

    return StatedFilter(
        label="年份",
        choices=years,
        field_name="starts_on",
        lookup_expr="startswith",
        empty_label="全部",
    )


class SubsidyFilter(ListFilter):
    kind = choice_filter("类型", Subsidy.Kind)
    year = year_filter(Subsidy)
    headquarters = row_filter("援疆指挥部", used(Headquarters, "subsidies"))
    region = place_filter("地区", "subsidies")
    program = row_filter("所属工程", used(Program, "subsidies"))
    moved = StatedFilter(
        label="撬动的是什么", choices=[*Subsidy.Moved.choices, NOT_STATED], empty_label="全部"
    )
    enterprise = linked_filter("受补企业", Enterprise)
    project = linked_filter("援疆项目", Project)
    policy = linked_filter("依据文件", Policy)


class PipelineFilter(ListFilter):
    kind = choice_filter("类型", Pipeline.Kind)
    program = row_filter("所属工程", used(Program, "pipelines"))


class StageField(LinkedField):
    """A stage by its key; on a list, which narrows by pipelines besides, also all of a name."""

    is_strict = False

    def to_python(self, value):
        found = named(self.queryset.model, value) if value else []
        if self.is_strict or len(found) < 2:
            return super().to_python(value)
        return self.queryset.filter(name=value)


class StageFilter(LinkedFilter):
    field_class = StageField


class PipelineCaseFilter(ListFilter):
    pipeline = row_filter("推进流程", used(Pipeline, "cases"))
    headquarters = row_filter("援疆指挥部", used(Headquarters, "cases"))
    region = place_filter("地区", "cases")
    program = row_filter("所属工程", used(Program, "cases"))
    end = choice_filter("去向", (("open", "没有终止"), ("dropped", "终止")), method="of_end")
    stage = linked_filter("现在的阶段", PipelineStage, StageFilter, method="in_stage")
    enterprise = linked_filter("企业", Enterprise)
    site = linked_filter("场所", Site)
    activity = linked_filter("由哪次活动带来", Activity)
    investment = linked_filter("招商项目", Investment)
    project = linked_filter("援疆项目", Project)

    def of_end(self, queryset, name, value):
        return (
            queryset.filter(dropped_reason="")
            if value == "open"
            else queryset.exclude(dropped_reason="")
        )

    def in_stage(self, queryset, name, value):
        """Those whose furthest stage it is, or one of several."""
        stages = [value.pk] if isinstance(value, PipelineStage) else value.values("pk")
        return queryset.alias(at=Subquery(latest().values("stage"))).filter(at__in=stages)


class TargetFilter(ListFilter):
    kind = choice_filter("类型", Target.Kind)
    standing = choice_filter("完成情况", Standing, method="standing_so")
    ground = choice_filter("判断依据", Ground, method="standing_so")
    headquarters = row_filter("援疆指挥部", used(Headquarters, "targets"))
    region = place_filter("地区", "targets")
    program = row_filter("所属工程", used(Program, "targets"))
    status = choice_filter("状态", Target.Status)
    parent = linked_filter("所属任务", Target)
    project = linked_filter("援疆项目", Project)
    site = linked_filter("场所", Site)
    activity = linked_filter("活动", Activity)

    def standing_so(self, queryset, name, value):
        return with_standing(queryset).filter(**{name: value})


class ActivityFilter(ListFilter):
    kind = choice_filter("类型", Activity.Kind)
    year = year_filter(Activity)
    headquarters = row_filter("参与指挥部", used(Headquarters, "activities"))
    region = place_filter("地点", "activities")
    program = row_filter("所属工程", used(Program, "activities"), field_name="programs")
    enterprise = linked_filter("参与企业", Enterprise, field_name="enterprises")
    site = linked_filter("场所", Site)


class AgreementFilter(ListFilter):
    kind = choice_filter("类型", Agreement.Kind)
    headquarters = row_filter("签约指挥部", used(Headquarters, "agreements"))
    region = place_filter("签约地方", "agreements", field_name="regions")
    enterprise = linked_filter("签约企业", Enterprise, field_name="enterprises")
    activity = linked_filter("签约活动", Activity)


class AwardFilter(ListFilter):
    level = choice_filter("级别", Award.Level)
    region = place_filter("获得地区", "awards")
    site = row_filter("获得场所", used(Site, "awards", rarely=True))
    enterprise = row_filter("获得企业", used(Enterprise, "awards", rarely=True))
    outlet = linked_filter("获得网点", Outlet)


class AssessmentSchemeFilter(ListFilter):
    assessed = choice_filter("评什么", AssessmentScheme.Assessed)
    headquarters = row_filter("援疆指挥部", used(Headquarters, "assessment_schemes"))
    program = row_filter("所属工程", used(Program, "assessment_schemes"))
    policy = linked_filter("依据文件", Policy)


def years_of_rounds() -> list[tuple[str, str]]:
    """The years of public rounds, the last first."""
    rounds = AssessmentRound.objects.published().order_by("-year")
    return [(str(year), f"{year}年") for year in rounds.values_list("year", flat=True).distinct()]


class AssessmentFilter(ListFilter):
    scheme = row_filter(
        "评定办法", used(AssessmentScheme, "rounds__assessments"), field_name="round__scheme"
    )
    year = choice_filter("年度", years_of_rounds, field_name="round__year")
    outcome = choice_filter("结果", Assessment.Outcome)
    headquarters = row_filter(
        "援疆指挥部",
        used(Headquarters, "assessment_schemes__rounds__assessments"),
        field_name="round__scheme__headquarters",
    )
    program = row_filter(
        "所属工程",
        used(Program, "assessment_schemes__rounds__assessments"),
        field_name="round__scheme__program",
    )
    outlet = linked_filter("网点", Outlet)
    site = linked_filter("场所", Site)


class MetricFilter(ListFilter):
    sector = choice_filter("领域", Sector)
    kind = choice_filter("类型", Metric.Kind)


def scopes(request):
    return ScopeEntry.objects.order_by("code")


def figured_places(request: Any) -> QuerySet:
    """The places that public figures are about, by themselves or by what stands in them, and those
    above them."""
    named = Q()
    for through in ("", "sites__", "enterprises__"):
        places = used(Region, f"{through}series_set__observations")(request)
        named |= Q(pk__in=places.values("pk"))
    return Region.objects.filter(named).and_above()


def series_in(value: Region | QuerySet) -> Fixed:
    """The series about a place and all that lies in it, which are asked for once an edition; or
    about the places of a name."""
    rows = Series.objects.in_places(places_in(value))
    if isinstance(value, QuerySet):
        return Fixed(rows)
    return Numbers(kept(f"series in {value.pk}", lambda: list(rows.values_list("pk", flat=True))))


class SeriesFilter(ListFilter):
    sector = choice_filter("领域", Sector, method="in_sector")
    metric = row_filter("指标", used(Metric, "series_set__observations"))
    within = row_filter("地区", figured_places, method="in_place")
    scope = row_filter("范围", scopes, key="code", method="of_scope")

    def in_sector(self, queryset, name, value):
        return queryset.filter(metric__inside=Fixed(Metric.objects.filter(sector=value)))

    def in_place(self, queryset, name, value):
        return queryset.filter(pk__inside=series_in(value))

    def of_scope(self, queryset, name, value):
        return queryset.filter(in_scope(value))


class ObservationFilter(ListFilter):
    """A figure by its document, its meaning, and what it is about (set by links from pages)."""

    further = ("obs_status", "price_basis", "accumulation", "qualifier", "rank")
    of_states = (
        *("metric", "within", "headquarters", "program", "year", "scope", "donor", "region"),
        *("project", "investment", "enterprise", "site", "outlet", "activity"),
    )

    source = row_filter("文献", sources_with_figures, key="code")
    metric = row_filter("指标", used(Metric, "series_set__observations"), method=of_series)
    within = row_filter("地区", figured_places, method="in_place")
    headquarters = row_filter(
        "援疆指挥部", used(Headquarters, "series_set__observations"), method="of_headquarters"
    )
    program = row_filter("所属工程", used(Program, "series_set__observations"), method=of_series)
    year = django_filters.ChoiceFilter(
        label="年份（期末）", choices=kept_years, method="in_year", empty_label="全部"
    )
    scope = row_filter("范围", scopes, key="code", method="of_scope")
    nature = choice_filter("性质", Observation.Nature)
    obs_status = choice_filter("数据状态", Observation.ObsStatus)
    price_basis = choice_filter("价格", Observation.PriceBasis)
    accumulation = choice_filter("累计方式", Observation.Accumulation)
    qualifier = choice_filter("修饰", Observation.Qualifier)
    rank = choice_filter("采用", Observation.Rank)
    series = linked_filter("序列", Series)
    donor = linked_filter("派出指挥部的地方", Region, method="of_sent")
    region = about("region")
    project = about("project")
    investment = about("investment")
    enterprise = about("enterprise")
    site = about("site")
    outlet = about("outlet")
    activity = about("activity")

    def of_headquarters(self, queryset, name, value):
        """Those of a headquarters, and of its donor; or of some headquarters."""
        if isinstance(value, QuerySet):
            return queryset.filter(series__headquarters__in=value)
        return queryset.filter(series__inside=Fixed(Series.objects.of_headquarters(value)))

    def of_sent(self, queryset, name, value):
        """Those of the headquarters that a place sends."""
        return queryset.filter(series__inside=Fixed(Series.objects.sent_by(value)))

    def of_scope(self, queryset, name, value):
        """Those of the series that an entry of the list of scopes holds of."""
        return queryset.filter(naming("series", Series.objects.filter(in_scope(value))))

    def in_place(self, queryset, name, value):
        return queryset.filter(series__inside=series_in(value))

    def in_year(self, queryset, name, value):
        """Those whose time ends in a year, or that speak of a day in it."""
        is_of_period = Q(as_of=None, period_end__year=value)
        return queryset.filter(Q(as_of__year=value) | is_of_period)


class FigureField(LinkedField):
    """A figure by its key, or as links name it: 文献编号.序号."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value and value.replace(".", KEY_SEPARATOR))


class FigureFilter(LinkedFilter):
    field_class = FigureField


class FindingFilter(ListFilter):
    result = choice_filter("结果", Finding.Result)
    kind = choice_filter("规则", kind_choices)
    state = choice_filter("处理", Finding.State)
    source = row_filter("文献", sources_with_figures, key="code", method="of_source")
    observation = linked_filter("观测值", Observation, FigureFilter, field_name="observations")

    def of_source(self, queryset, name, value):
        named = value if isinstance(value, QuerySet) else [value]
        figures = Fixed(Observation.objects.filter(source__in=named))
        links = Finding.observations.through.objects.filter(observation__inside=figures)
        return queryset.filter(pk__inside=Answers(links.order_by().values("finding")))
