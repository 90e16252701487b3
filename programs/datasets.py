"""The datasets of who aids whom, under what, and which document says so."""

from aidtracker.ground.datasets import Dataset, MenuGroup, register

AID = MenuGroup("谁援助谁", 10)
PROGRAMS = MenuGroup("工程与政策", 20)
DOCUMENTS = MenuGroup("文献", 90)

register(
    Dataset(
        "headquarters",
        "programs.Headquarters",
        AID,
        "corporate_fare",
        home=10,
        navigation=(10, "指挥部"),
        is_searched=True,
    ),
    Dataset("pairings", "programs.Pairing", AID, "handshake", home=20),
    Dataset(
        "regions",
        "programs.Region",
        AID,
        "location_on",
        home=90,
        navigation=(80, "地区"),
        is_searched=True,
    ),
    Dataset("batches", "programs.Batch", AID, "groups", home=150),
    Dataset("officials", "programs.Official", AID, "badge", home=140),
    Dataset(
        "programs",
        "programs.Program",
        PROGRAMS,
        "account_tree",
        home=30,
        navigation=(20, "工程"),
        is_searched=True,
    ),
    Dataset("policies", "programs.Policy", PROGRAMS, "gavel", home=130, is_searched=True),
    Dataset("categories", "programs.Category", PROGRAMS, "category", home=160),
    Dataset(
        "sources",
        "programs.Source",
        DOCUMENTS,
        "menu_book",
        home=200,
        navigation=(120, "文献"),
        is_searched=True,
        has_work=True,
    ),
)
