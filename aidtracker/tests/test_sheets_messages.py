"""Whatever stands in a cell, what is said of it is Chinese and names the row and the column."""

import re

import pytest

from aidtracker.ground.datasets import dataset_model, datasets
from aidtracker.sheets import rehearse, resource_for
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.rehearsing.outcomes import WHOLE_ROW
from aidtracker.tests.sheet_helpers import page

pytestmark = pytest.mark.django_db

BAD = [
    *("不是", "x", "-1", "-0.5", "1e9", "1e99", "9" * 16, "9" * 40, "0.1234567", "1,5,0", "1，500"),
    *(
        "约500",
        "500左右",
        "12%",
        "12‰",
        "5亩",
        "3美元",
        "1:2",
        "1/0",
        "１２",
        "二十",
        "几十",
        "NaN",
    ),
    *(
        "NaN",
        "inf",
        "-inf",
        "0x1F",
        "1_000",
        "true",
        "None",
        "null",
        "是否",
        "2024-13",
        "2024-02-30",
    ),
    *("99999-01-01", "0001-01-01", "1900-01-00", "13/25/2024", "2024.1", "明年", "2999年"),
    *(
        "#REF!",
        "#N/A",
        "#公式!",
        "#格式!",
        "=1+1",
        "@SUM(A1)",
        "'=1",
        "\t",
        "\u200b甲",
        "\ufeff",
        "甲\n乙",
    ),
    *("<script>", "{}", "[1", '{"a":', "a" * 300, "甲" * 3000, "；；", "甲；甲", "甲 / 乙", "/ /"),
    *("a b c", "-", "——", "N/A", "%s", "{0}", "{name}", "\\x00", "💥", "\ud800", "a@b", "..", "1."),
    *(
        ".5",
        "+5",
        "--5",
        "5-",
        "(5)",
        "￥5",
        "5元整",
        "5万亿亿",
        "1亿1亿",
        "2024年底",
        "二〇二四年",
    ),
]
# Words that are names of their own: of files, of codes, of signs.
NAMES = re.compile(
    r"“[^”]*”|https?://\S+|Excel|JSON|CSV|UTF-8|SHA-?256|[#＃][A-Za-z0-9/!?]+|[a-z]+_[a-z_]+",
    re.DOTALL,
)
ENGLISH = re.compile(r"[A-Za-z]{3,}(?: [A-Za-z]{2,})+|Ensure|This|valid|Enter|field|Field")
MODELS = [dataset_model(name) for name, one in datasets().items() if one.is_imported]


def problems(model, *, in_keys):
    """What is said of rows with another bad value in each column, of the key's or of the others."""
    resource = resource_for(model)
    columns = [one for one in resource.columns if one.attribute != "version"]
    keys = [] if in_keys else resource.key_columns
    columns = resource.key_columns if in_keys else columns
    rows = [
        [f"K-{at}" if one in keys else BAD[(place + at) % len(BAD)] for place, one in numbered]
        for numbered in [list(enumerate(columns))]
        for at in range(len(BAD))
    ]
    found = sheet_of(resource, [page([one.heading for one in columns], *rows)])
    return rehearse(resource, found).problems


@pytest.mark.parametrize("in_keys", [False, True], ids=["columns", "keys"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_message_about_any_bad_value_is_chinese_and_names_the_cell(model, in_keys):
    wrong, told = [], problems(model, in_keys=in_keys)
    for one in told:
        words = NAMES.sub("", one.message)
        is_chinese = re.search("[一-鿿]", words) and not ENGLISH.search(words)
        if not is_chinese or (one.is_error and one.heading == WHOLE_ROW):
            wrong.append((one.number, one.heading, one.value, one.message))
    assert wrong == []
    assert told or in_keys
