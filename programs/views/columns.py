"""The columns in which pages list what belongs to a place, headquarters or programme."""

from aidtracker.pages.details import name_column
from aidtracker.pages.tables import Column
from aidtracker.templatetags.formatting import plain

NOTE = Column("备注", "note")
KIND = Column("类型", "get_kind_display")
STATUS = Column("状态", "get_status_display")

DONOR = Column("支援方", "donor")
RECIPIENT = Column("受援地", "recipient")
SINCE = Column("开始", "valid_from", kind="date")
UNTIL = Column("结束", "valid_to", kind="date")
HEADQUARTERS = Column("援疆指挥部", "headquarters")
PAIRING_COLUMNS = (RECIPIENT, KIND, SINCE, UNTIL, NOTE)
RECEIVED_COLUMNS = (DONOR, KIND, HEADQUARTERS, SINCE, UNTIL, NOTE)
GIVEN_COLUMNS = (RECIPIENT, KIND, HEADQUARTERS, SINCE, UNTIL, NOTE)

PROGRAM_COLUMNS = (
    name_column(),
    KIND,
    Column("领域", "get_sector_display"),
    Column("开始", "starts_on", kind="date"),
    NOTE,
)
PROJECT_COLUMNS = (
    name_column(),
    Column("类别", "category"),
    STATUS,
    Column("总投资", "total_amount", kind="money"),
    Column("实际开工", "actual_start", kind="date"),
    NOTE,
)
INVESTMENT_COLUMNS = (
    name_column(),
    Column("投资方", "investor"),
    STATUS,
    Column("协议资金", "agreed_amount", kind="money"),
    Column("到位资金", "arrived_amount", kind="money"),
    NOTE,
)
SITE_COLUMNS = (name_column(), KIND, Column("启用", "opened_on", kind="date"), NOTE)
OUTLET_COLUMNS = (name_column(), KIND, STATUS, Column("所在城市", "city"), NOTE)
ENTERPRISE_COLUMNS = (
    name_column(),
    KIND,
    Column("行业", "industry"),
    Column("品牌", "brand"),
    NOTE,
)
ACTIVITY_COLUMNS = (Column("时间", "starts_on", kind="date"), name_column(), KIND, NOTE)
OFFICIAL_COLUMNS = (
    Column("姓名", "person"),
    Column("单位", "organisation"),
    Column("职务", "post"),
    Column("截至", "as_of", kind="date"),
    NOTE,
)
POLICY_COLUMNS = (
    name_column(),
    Column("发文单位", "issuer"),
    Column("发文日期", "issued_on", kind="date"),
    NOTE,
)
VERSION_COLUMNS = (
    name_column(),
    Column("开始", "starts_on", kind="date"),
    Column("结束", "ends_on", kind="date"),
    NOTE,
)
HEADQUARTERS_COLUMNS = (
    name_column(),
    Column("级别", "get_level_display"),
    Column("全称", "full_name"),
    NOTE,
)


def rate_words(rung):
    """The share of a step of money with its name: 到位率 99.11%; None where there is none."""
    return None if rung.share is None else f"{rung.rate} {plain(rung.share)}%"


LADDER_COLUMNS = (
    Column("环节", "label"),
    Column("金额", "amount", kind="money"),
    Column("比率", rate_words, kind="rate"),
    Column("算法", "working", kind="phrase"),
)
REGION_COLUMNS = (
    name_column(),
    Column("区划代码", "code"),
    Column("级别", "get_level_display"),
    NOTE,
)
