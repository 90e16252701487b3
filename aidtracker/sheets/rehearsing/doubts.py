"""What in a file is probably wrong, though the database would take it."""

JUMP = 1_000
LARGEST = 1_000_000  # 万元: a hundred times 亿元
YEARS_AHEAD = 5


def doubt_of(column, value, old, latest):
    """Why a value that was read is doubtful, in Chinese; empty if it is not.

    `old` is what is stored, `latest` the last year that is near enough.
    """
    if column.is_amount:
        return doubtful_amount(value, old)
    if value and int(str(value)[:4]) > latest:
        return f"日期在 {YEARS_AHEAD} 年以后，请核对。"
    return ""


def doubtful_amount(value, old):
    if old and value and value >= old * JUMP:
        return f"是原值的 {value / old:.0f} 倍；这一列以万元计，请核对是否填成了元。"
    if old and value and value * JUMP <= old:
        return f"只有原值的 {old / value:.0f} 分之一；这一列以万元计，请核对是否填成了亿元。"
    if value and abs(value) > LARGEST:
        return "超过 100 亿元；这一列以万元计，请核对是否填成了元。"
    return ""
