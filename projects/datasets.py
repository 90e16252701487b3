"""The datasets of what was done with the aid, and how much of what was measured."""

from aidtracker.ground.datasets import Dataset, Fixture, MenuGroup, MenuPage, PublicPage, register
from programs.datasets import DOCUMENTS, PRINTED, WHAT, WHO

PROJECTS = MenuGroup("项目与招商", 30)
LEDGERS = MenuGroup("台账与月报", 40)
REVIEW = MenuGroup("审核与账期", 50)
PLACES = MenuGroup("企业、场所、网点", 60)
EVENTS = MenuGroup("活动、协议、荣誉", 70)
FIGURES = MenuGroup("指标与数据", 80)

# The groups of the public pages' navigation.
NUMBERS = MenuGroup("数字", 30)
CHECKED = MenuGroup("核对", 40)


def readers(*names: str) -> tuple[str, ...]:
    """The rights one of which opens one of some lists: who may change rows may see them."""
    return tuple(f"projects.{verb}_{name}" for name in names for verb in ("view", "change"))


def working_papers(name: str, model: str, icon: str, about: str = "") -> Dataset:
    """What headquarters fill in and review, kept in the database alone.

    Those that no public page shows row by row say nothing about themselves, and are not handed out.
    """
    label = f"projects.{model}"
    never = {"has_work": True, "fixture": Fixture.NEVER}
    return Dataset(name, label, LEDGERS, icon, about=about, **never)


# The ledgers of a month.
REPORTS = (
    (
        *("progress_reports", "ProgressReport", "engineering"),
        "援疆项目已发布的月报：形象进度、完成投资和资金的到位、拨付、支付。",
    ),
    (
        *("investment_reports", "InvestmentReport", "trending_up"),
        "招商项目已发布的月报：进展、到位资金、就业。",
    ),
    (
        *("outlet_reports", "OutletReport", "point_of_sale"),
        "消费援疆网点已发布的月报：销售量、销售额。",
    ),
    ("jobs_reports", "JobsReport", "work"),
    ("training_reports", "TrainingReport", "school"),
    (
        *("target_reports", "TargetReport", "event_available"),
        "目标任务已发布的月报：本月完成、累计完成、滞后原因。",
    ),
)
GRID = MenuPage(
    LEDGERS,
    "按月填报",
    "edit_note",
    "projects_grid",
    readers(*(model.lower() for _, model, *_ in REPORTS)),
)

# Who enters anything may miss a name; who keeps the lists answers.
ASKERS = (
    *readers("metric", "observation", "project", "enterprise"),
    *("programs.add_region", "programs.add_category"),
)

register(
    Dataset(
        "observations",
        "projects.Observation",
        FIGURES,
        "pin",
        home=190,
        navigation=PublicPage(NUMBERS, 30, "全部数字"),
        has_work=True,
    ),
    Dataset(
        "series",
        "projects.Series",
        FIGURES,
        "timeline",
        home=180,
        navigation=PublicPage(NUMBERS, 20, "序列"),
        is_searched=True,
    ),
    Dataset(
        "metrics",
        "projects.Metric",
        FIGURES,
        "straighten",
        home=170,
        navigation=PublicPage(NUMBERS, 10, "指标"),
        is_searched=True,
    ),
    Dataset(
        "scope_entries",
        "projects.ScopeEntry",
        FIGURES,
        "filter_alt",
        is_working_rule=True,
        about="序列的范围从这里选：含兵团、仅苹果、线上等，各有编号。",
    ),
    Dataset(
        "projects",
        "projects.Project",
        PROJECTS,
        "construction",
        home=40,
        navigation=PublicPage(WHAT, 20, "援疆项目"),
        is_searched=True,
        has_work=True,
    ),
    Dataset(
        "project_parties",
        "projects.ProjectParty",
        PROJECTS,
        "diversity_3",
        about="援疆项目的建设、出资、施工、运营和受益单位，每个单位一行。",
    ),
    Dataset(
        "investments",
        "projects.Investment",
        PROJECTS,
        "payments",
        home=50,
        navigation=PublicPage(WHAT, 30, "招商项目"),
        is_searched=True,
        has_work=True,
    ),
    Dataset(
        "subsidies",
        "projects.Subsidy",
        PROJECTS,
        "savings",
        home=55,
        navigation=PublicPage(WHAT, 35, "补贴"),
        is_searched=True,
        has_work=True,
    ),
    Dataset(
        "cases",
        "projects.PipelineCase",
        PROJECTS,
        "conversion_path",
        home=52,
        navigation=PublicPage(WHAT, 32, "推进事项"),
        is_searched=True,
        has_work=True,
        fixture=Fixture.IF_ANY,
    ),
    Dataset(
        "stage_entries",
        "projects.StageEntry",
        PROJECTS,
        "step",
        has_work=True,
        fixture=Fixture.IF_ANY,
        about="推进事项哪一天进到流程的哪个阶段，每进一个阶段一行。",
    ),
    Dataset("follow_ups", "projects.FollowUp", PROJECTS, "directions_walk", fixture=Fixture.NEVER),
    Dataset(
        "pipelines",
        "projects.Pipeline",
        PROJECTS,
        "linear_scale",
        is_searched=True,
        about="推进事项所走的流程，各有自己的阶段；推进事项用名称指它。",
    ),
    Dataset(
        "pipeline_stages",
        "projects.PipelineStage",
        PROJECTS,
        "format_list_numbered",
        about="推进流程的各个阶段：先后、怎样算停滞、怎样算达成。",
    ),
    Dataset(
        "targets",
        "projects.Target",
        PROJECTS,
        "checklist",
        home=57,
        navigation=PublicPage(WHAT, 37, "目标任务"),
        is_searched=True,
        has_work=True,
    ),
    Dataset(
        "enterprises",
        "projects.Enterprise",
        PLACES,
        "factory",
        home=60,
        navigation=PublicPage(WHO, 40, "企业"),
        is_searched=True,
    ),
    Dataset(
        "sites",
        "projects.Site",
        PLACES,
        "domain",
        home=70,
        navigation=PublicPage(WHAT, 40, "场所"),
        is_searched=True,
    ),
    Dataset(
        "outlets",
        "projects.Outlet",
        PLACES,
        "storefront",
        home=80,
        navigation=PublicPage(WHAT, 50, "网点"),
        is_searched=True,
        has_work=True,
    ),
    Dataset(
        "assessment_schemes",
        "projects.AssessmentScheme",
        PLACES,
        "rule",
        navigation=PublicPage(WHAT, 54, "评定办法"),
        is_searched=True,
        home=84,
        has_work=True,
        fixture=Fixture.IF_ANY,
    ),
    Dataset(
        "criteria",
        "projects.Criterion",
        PLACES,
        "checklist",
        about="评定办法的评分项：满分、权重和评分依据；总分是各项得分 × 权重之和。",
        fixture=Fixture.IF_ANY,
    ),
    Dataset(
        "assessment_rounds",
        "projects.AssessmentRound",
        PLACES,
        "event",
        about="评定办法每年的一轮：评分截止、公布日期和公布依据。",
        fixture=Fixture.IF_ANY,
    ),
    Dataset(
        "assessments",
        "projects.Assessment",
        PLACES,
        "leaderboard",
        navigation=PublicPage(WHAT, 56, "评定"),
        home=86,
        has_work=True,
        fixture=Fixture.IF_ANY,
    ),
    Dataset(
        "scores",
        "projects.Score",
        PLACES,
        "grade",
        about="已发布的评定的各项得分和依据，每项一行。",
        fixture=Fixture.IF_ANY,
    ),
    Dataset(
        "activities",
        "projects.Activity",
        EVENTS,
        "event",
        home=100,
        navigation=PublicPage(WHAT, 60, "活动"),
        is_searched=True,
    ),
    Dataset(
        "agreements",
        "projects.Agreement",
        EVENTS,
        "contract",
        home=110,
        navigation=PublicPage(WHAT, 70, "协议"),
        is_searched=True,
    ),
    Dataset(
        "awards",
        "projects.Award",
        EVENTS,
        "workspace_premium",
        home=120,
        navigation=PublicPage(WHAT, 80, "荣誉"),
        is_searched=True,
    ),
    *(working_papers(*declared) for declared in REPORTS),
    working_papers(
        "project_plans",
        "ProjectPlan",
        "event_note",
        "援疆项目已发布的年度计划，每次调整为一版。",
    ),
    working_papers("milestones", "Milestone", "flag", "援疆项目的节点：计划和实际完成的日期。"),
    Dataset(
        "revisions",
        "projects.Revision",
        REVIEW,
        "rate_review",
        has_work=True,
        is_imported=False,
        fixture=Fixture.NEVER,
    ),
    Dataset(
        "reporting_periods",
        "projects.ReportingPeriod",
        REVIEW,
        "calendar_month",
        fixture=Fixture.NEVER,
    ),
    Dataset(
        "warning_rules",
        "projects.WarningRule",
        REVIEW,
        "notification_important",
        is_working_rule=True,
    ),
    Dataset(
        "findings",
        "projects.Finding",
        FIGURES,
        "fact_check",
        navigation=PublicPage(CHECKED, 10, "数据核对"),
        has_work=True,
        fixture=Fixture.IF_ANY,
    ),
    Dataset(
        "matters",
        "projects.Matter",
        REVIEW,
        "forum",
        has_work=True,
        fixture=Fixture.NEVER,
    ),
    Dataset(
        "observation_parts",
        "projects.ObservationPart",
        FIGURES,
        "functions",
        fixture=Fixture.NEVER,
    ),
    Dataset("skipped_phrases", "projects.SkippedPhrase", DOCUMENTS, "skip_next"),
)
register(
    PublicPage(WHAT, 5, "时间线", "timeline"),
    PublicPage(NUMBERS, 35, "并列比较", "compare"),
    PublicPage(NUMBERS, 40, "数字怎么读", "method"),
    PublicPage(NUMBERS, 50, "开放数据", "data"),
    PublicPage(PRINTED, 90, "文稿", "briefings"),
    PublicPage(CHECKED, 20, "更正记录", "correction-list"),
    PublicPage(CHECKED, 30, "问题办理", "matters"),
    MenuPage(PROJECTS, "指挥部一页", "dashboard", "projects_desks", readers("project")),
    MenuPage(PROJECTS, "推进看板", "view_kanban", "projects_board", readers("pipelinecase")),
    MenuPage(PROJECTS, "季度资金", "account_balance", "projects_quarters", readers("project")),
    GRID,
    MenuPage(PLACES, "评分表", "grading", "projects_scoring", readers("assessment")),
    MenuPage(LEDGERS, "日程", "calendar_month", "projects_agenda", GRID.rights),
    MenuPage(LEDGERS, "报表任务", "assignment", "projects_tasks", GRID.rights),
    MenuPage(REVIEW, "申请新增", "contact_support", "projects_requests", ASKERS),
    MenuPage(FIGURES, "文稿", "article", "projects_briefings", readers("observation")),
    # The sums of a month are for who enters figures.
    MenuPage(
        FIGURES,
        "月报汇总",
        "calculate",
        "projects_monthly_totals",
        ("projects.add_observation",),
    ),
)
