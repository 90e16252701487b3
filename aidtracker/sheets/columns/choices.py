"""A choice in a cell, by its label or in the words that people have for it."""

import re

from aidtracker.sheets.columns.cells import UnknownWordError, cell_text, folded
from aidtracker.sheets.columns.widgets import SheetWidget

# What stands around the word of a choice, and what is said for it.
AROUND = re.compile("^(?:已经?|正在?)|(?:中|项目|工程|阶段|状态|类|工作|型|级)$")
CHOICES_SAID_AS = {
    **dict.fromkeys(("竣工", "建成", "完成", "建设完成"), "完工"),
    **dict.fromkeys(("建设", "施工", "在施", "续建施工"), "在建"),
    **dict.fromkeys(("停工", "停建", "缓建", "中止"), "暂停"),
    **dict.fromkeys(("改建", "扩建", "改造"), "改扩建"),
    **dict.fromkeys(("前期准备", "筹建", "前期手续"), "前期"),
    **dict.fromkeys(("终止", "撤销", "调减"), "取消"),
    **dict.fromkeys(("正常营业", "正常", "开业", "在营", "运营", "正常经营", "经营"), "营业"),
    **dict.fromkeys(("停业", "歇业", "关停", "关店", "闭店", "注销"), "关闭"),
    **dict.fromkeys(("筹备", "待开业", "拟开业", "未开业"), "计划"),
    **dict.fromkeys(("有限公司", "有限责任公司", "股份公司", "企业", "民营企业"), "公司"),
    **dict.fromkeys(("专业合作社", "农民专业合作社"), "合作社"),
    **dict.fromkeys(("旅游景区", "景点", "a级景区", "风景区"), "景区"),
    **dict.fromkeys(("园区", "工业园", "工业园区"), "产业园"),
    **{"固投": "固定资产投资", "非固投": "非固定资产投资"},
}


class ChoiceWidget(SheetWidget):
    """A choice by its Chinese label, or by its code under code headings; either is read."""

    def __init__(self, choices):
        super().__init__()
        self.labels = {value: str(label) for value, label in choices if value != ""}
        self.values = {label: value for value, label in self.labels.items()}
        self.choices = list(self.values)
        self.example = self.choices[0]

    def clean(self, value, row=None, **kwargs):
        text = self.as_said(cell_text(value))
        if text in self.labels or not text:
            return text
        if text in self.values:
            return self.values[text]
        found = self.meant(folded(text))
        if found is None:
            word = " ".join(text.split())
            raise UnknownWordError(f"只能是：{'、'.join(self.values)}。", word)
        return found

    def offered(self, word: str) -> list[tuple[str, str]]:
        return list(self.labels.items())

    def meant(self, word):
        """The choice that a word means: 已完工, 竣工, 新 建, EMPLOYMENT; None if it is none."""
        known = {folded(label): value for label, value in self.values.items()}
        known |= {folded(value): value for value in self.labels}
        bare = AROUND.sub("", word)
        said = (word, bare, CHOICES_SAID_AS.get(word), CHOICES_SAID_AS.get(bare))
        return next((known[one] for one in said if one in known), None)

    def render(self, value, obj=None, codes=False, **kwargs):
        return value if codes or not value else self.labels.get(value, value)
