"""The datasets of who aids whom, under what, and which document says so."""

from aidtracker.ground.datasets import Dataset, MenuGroup, PublicPage, register

AID = MenuGroup("谁援助谁", 10)
PROGRAMS = MenuGroup("工程与政策", 20)
DOCUMENTS = MenuGroup("文献", 90)

# The groups of the public pages' navigation.
WHO = MenuGroup("谁", 10)
WHAT = MenuGroup("做什么", 20)
PRINTED = MenuGroup("文献", 50)

register(
    Dataset(
        "headquarters",
        "programs.Headquarters",
        AID,
        "corporate_fare",
        home=10,
        navigation=PublicPage(WHO, 10, "指挥部"),
        is_searched=True,
    ),
    Dataset(
        "pairings",
        "programs.Pairing",
        AID,
        "handshake",
        home=20,
        navigation=PublicPage(WHO, 20, "结对关系"),
    ),
    Dataset(
        "regions",
        "programs.Region",
        AID,
        "location_on",
        home=90,
        navigation=PublicPage(WHO, 30, "地区"),
        is_searched=True,
    ),
    Dataset(
        "batches",
        "programs.Batch",
        AID,
        "groups",
        home=150,
        navigation=PublicPage(WHO, 60, "批次"),
    ),
    Dataset(
        "officials",
        "programs.Official",
        AID,
        "badge",
        home=140,
        navigation=PublicPage(WHO, 50, "负责人"),
    ),
    Dataset(
        "programs",
        "programs.Program",
        PROGRAMS,
        "account_tree",
        home=30,
        navigation=PublicPage(WHAT, 10, "工程"),
        is_searched=True,
    ),
    Dataset(
        "policies",
        "programs.Policy",
        PROGRAMS,
        "gavel",
        home=130,
        navigation=PublicPage(WHAT, 90, "政策文件"),
        is_searched=True,
    ),
    Dataset(
        "categories",
        "programs.Category",
        PROGRAMS,
        "category",
        home=160,
        about="援疆项目的分类；每个五年规划各有一套，不能跨规划相加。",
    ),
    Dataset(
        "sources",
        "programs.Source",
        DOCUMENTS,
        "menu_book",
        home=200,
        navigation=PublicPage(PRINTED, 10, "文献"),
        is_searched=True,
        has_work=True,
    ),
)
