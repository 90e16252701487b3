"""Which printed units a metric's unit can take: 家 and 个 both count, but 元 is not 吨."""

MEASURES = frozenset(
    (
        *("元", "元/户", "元/人", "元/斤", "元/公斤"),
        *("吨", "公斤"),
        *("亩", "公顷", "平方米", "平方公里", "立方米", "米", "公里"),
        *("千瓦", "千瓦时", "度", "升"),
        *("%", "‰", "倍", "个百分点"),
        *("年", "月", "天", "小时"),
        *("人次", "件"),
    )
)


def is_compatible(printed_unit, metric_unit):
    """Whether a figure printed in one unit can stand for a metric counted in the other.

    Both are base units (元, not 万元). No unit at all fits any metric (`805.29亿`); measures fit
    only themselves; counting words (个, 家, 名, 座) fit each other.
    """
    if not printed_unit or printed_unit == metric_unit:
        return True
    return not {printed_unit, metric_unit} & MEASURES
