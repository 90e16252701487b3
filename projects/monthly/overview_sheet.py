"""The leader's page as the rows of a sheet: the same numbers, one a line."""

from projects.monthly.overview import QUEUE

HEADINGS = ("部分", "项目", "数值", "单位", "说明")


def sheet_rows(desk):
    """All that the page of a `Desk` says, part by part."""
    yield ("指挥部", str(desk.headquarters), None, "", f"截至 {desk.today.isoformat()}")
    yield from count_rows(desk)
    yield from money_rows(desk)
    yield from trend_rows(desk)
    yield from warning_rows(desk)
    yield from change_rows(desk)
    yield from queue_rows(desk)


def count_rows(desk):
    total, public = desk.counts
    yield ("项目", "全部", total, "个", f"其中已发布 {public} 个")
    for part, lines in (("状态", desk.statuses), ("类别", desk.categories)):
        for line in lines:
            yield (part, line.label, line.count, "个", "")


def money_rows(desk):
    for rung in desk.ladder:
        yield ("资金", rung.label, rung.amount, "万元", rung.working)
        if rung.share is not None:
            yield ("资金", rung.rate, rung.share, "%", rung.working)
    plan = desk.plan
    part = f"{desk.today.year}年计划"
    yield (part, "项目数", plan["projects"], "个", f"其中 {plan['adjusted']} 个有调整")
    yield (part, "年初计划", plan["first"], "万元", "")
    yield (part, "现行计划", plan["amount"], "万元", "每个项目取最后一版")


def warning_rows(desk):
    for part, groups in (("逾期", desk.late), ("预警", desk.wrong)):
        for group in groups:
            yield (part, group.rule.name, group.count, "条", "")
            for one in group.found:
                yield (part, str(one.row), None, "", one.sentence)
    count, late = desk.matters
    yield ("问题", "办理中", count, "件", f"其中过了期限 {len(late)} 件")
    for matter in late:
        yield ("过了期限的问题", str(matter), None, "", f"期限 {matter.due_on.isoformat()}")
    yield from case_rows(desk)
    for one in desk.late_rounds:
        said = f"截止 {one.due_on.isoformat()}，应评 {one.expected} 家"
        yield ("过了截止没有评完", str(one), one.missing, "家", said)
    for line in desk.missing:
        part = f"{desk.month_words}{line.kind.label}未报"
        yield (part, "合计", line.count, "个", "")
        for subject in line.subjects:
            yield (part, subject.name, None, "", "")


def case_rows(desk):
    count, stalled = desk.cases
    yield ("推进事项", "推进中和已达成", count, "项", f"其中停滞 {len(stalled)} 项")
    for case in stalled:
        yield (
            "停滞的推进事项",
            str(case),
            case.days,
            "天",
            f"{case.stalled_words}，{case.next_words}".rstrip("，"),
        )


def trend_rows(desk):
    for line in desk.trend:
        reports = f"{line.reports} 份项目月报相加"
        yield ("走势", f"{line.month_words}完成投资", line.work_done, "万元", reports)
        deals = f"{line.deals} 份招商月报相加"
        yield ("走势", f"{line.month_words}招商到位", line.arrived, "万元", deals)


def change_rows(desk):
    for change in desk.changes:
        words = f"{change.person}，{change.way}，最后 {change.when:%Y-%m-%d}"
        yield ("本周改动", change.ledger, change.rows, "条", words)


def queue_rows(desk):
    for line in desk.queue:
        for state, count in zip(QUEUE, line.counts, strict=True):
            yield ("审核", f"{line.label}：{state.label}", count, "条", "")
    for finding in desk.findings:
        yield ("核对", finding.get_result_display(), None, "", finding.computation)
