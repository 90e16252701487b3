"""What the pages of a headquarters, a programme and a place list, section by section."""

from aidtracker.pages.details import Related
from programs.views import columns

PROJECT_TOTALS = ("total_amount", "planned_amount")
INVESTMENT_TOTALS = ("agreed_amount", "arrived_amount")
OF_HEADQUARTERS = (
    Related(
        "programs",
        "牵头工程",
        columns.PROGRAM_COLUMNS,
        whole="program-list",
        condition="headquarters",
        empty="没有登记由这一指挥部牵头的工程。",
    ),
    Related(
        "projects",
        "援疆项目",
        columns.PROJECT_COLUMNS,
        ("category",),
        "project-list",
        "headquarters",
        totals=PROJECT_TOTALS,
    ),
    Related(
        "investments",
        "招商项目",
        columns.INVESTMENT_COLUMNS,
        ("investor",),
        "investment-list",
        "headquarters",
        totals=INVESTMENT_TOTALS,
    ),
    Related("sites", "援建场所", columns.SITE_COLUMNS, (), "site-list", "headquarters"),
    Related("outlets", "网点", columns.OUTLET_COLUMNS, ("city",), "outlet-list", "headquarters"),
    Related("activities", "活动", columns.ACTIVITY_COLUMNS, (), "activity-list", "headquarters"),
    Related(
        "officials",
        "负责人",
        columns.OFFICIAL_COLUMNS,
        whole="official-list",
        condition="headquarters",
        empty="没有登记负责人；只登记文献中出现的在任人员。",
    ),
)
OF_PROGRAM = (
    Related("parts", "组成", columns.PROGRAM_COLUMNS, empty="没有登记组成部分。"),
    Related("policies", "政策文件", columns.POLICY_COLUMNS, (), "policy-list", "program"),
    Related(
        "projects",
        "援疆项目",
        columns.PROJECT_COLUMNS,
        ("category",),
        "project-list",
        "program",
        totals=PROJECT_TOTALS,
    ),
    Related(
        "investments",
        "招商项目",
        columns.INVESTMENT_COLUMNS,
        ("investor",),
        "investment-list",
        "program",
        totals=INVESTMENT_TOTALS,
    ),
    Related("outlets", "网点", columns.OUTLET_COLUMNS, ("city",), "outlet-list", "program"),
    Related("sites", "场所", columns.SITE_COLUMNS, (), "site-list", "program"),
    Related("activities", "活动", columns.ACTIVITY_COLUMNS, (), "activity-list", "program"),
)
OF_REGION = (
    Related(
        "headquarters_set",
        "援疆指挥部",
        columns.HEADQUARTERS_COLUMNS,
        whole="headquarters-list",
        condition="donor",
        empty="没有登记由这里派出的指挥部。",
    ),
    Related("programs", "工程", columns.PROGRAM_COLUMNS, (), "program-list", "region"),
    Related(
        "projects",
        "援疆项目",
        columns.PROJECT_COLUMNS,
        ("category",),
        "project-list",
        "region",
        totals=PROJECT_TOTALS,
    ),
    Related("sites", "场所", columns.SITE_COLUMNS, (), "site-list", "region"),
    Related("enterprises", "企业", columns.ENTERPRISE_COLUMNS, (), "enterprise-list", "region"),
)
