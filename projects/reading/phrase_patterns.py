"""The vocabulary of numeric phrases, and the one pattern that `phrases.find` runs.

Alternatives are tried in the order name, date, rank, ordinal, figure. Every repetition is
bounded or possessive, so that the time grows with the text and not with its square.
"""

import re

from projects.reading.hedges import ANY_AFTER, ANY_BEFORE


def _words(text):
    """Words of a list as alternatives, the longer ones first."""
    return "(?:" + "|".join(map(re.escape, sorted(text.split(), key=len, reverse=True))) + ")"


# Characters
S = r"[ \t\u00a0\u3000]{0,3}"
BREAK = r"\s{0,4}"  # a column may break between a number and its classifier
DIGITS = "0-9０-９"
D = f"[{DIGITS}]"
H = "[〇零一二两三四五六七八九十百千万亿]"
BIG = "[十百千万亿]"
BARE = "[百千万亿]"
DASH = "[—–~～―−-]"
OPEN, CLOSE = "“‘《「『", "”’》」』"

# Units and hedges
HAN_UNIT_WORDS = (
    "人 人次 名 位 户 家 个 个月 个百分点 座 场 场次 次 批 批次 台 套 辆 栋 幢 件 条 种 项 所 处"
    " 宗 类 款 张 份 笔 棵 株 头 只 亩 公顷 平方米 平方公里 立方米 吨 公斤 千克 公里 千瓦时 千瓦"
    " 年 天 周 小时 分钟 岁 倍 成"
)
ARABIC_UNIT_WORDS = HAN_UNIT_WORDS + (
    " 元 美元 欧元 块钱 期 人份 户次 例 间 门 节 课时 羽 匹 颗 本 册 篇 部 幅 支 组 对 趟 列 班"
    " 架 艘 车 箱 袋 盒 单 顿 片 块 道 眼 盏 根 斤 克 升 千米 米 平方千米 平米 兆瓦 度 标准箱"
    " 秒 日 周岁 百分点 字 省 市 县 区 乡 镇 村 校 国 省市 省区市 县市 县区 乡镇 % ％ ‰ ℃ km kWh"
)
UNIT = _words(ARABIC_UNIT_WORDS)
NOT_TENTH = "立员为功果本熟长效就品都绩交不型"  # 成立, 成员, 成为
HAN_UNIT = (
    f"(?!成[{NOT_TENTH}]|次产业|年[级代]|周[年边岁]|位一体|位数|台[山州湾河]|家人|头六"
    "|个(?:全面|意识|自信|维护|确保|代表|离不开))" + _words(HAN_UNIT_WORDS + " 元 美元")
)
PER = f"(?:[/／每]{UNIT})?"
SCALE = "(?:(?:百(?!分)|千(?![瓦克米]))?(?:万亿|万|亿)|百(?!分)|千(?![瓦克米]))"
BEFORE = f"(?:(?!近|[高多]?达)(?:{ANY_BEFORE})|(?<![最附])近)了?"
AFTER = f"(?:(?!之多|[多余大关])(?:{ANY_AFTER})|(?<=[年月天时倍岁])[多余])"

# Numbers
ARABIC = rf"(?:{D}{{1,3}}(?:[,，]{D}{{3}}){{1,4}}(?!{D})|{D}++)(?:[.．]{D}++)?"
HAN = f"{H}{{1,12}}+(?:点{H}{{1,6}}+)?"
FREE = f"(?<!{H})(?<![第周])"

NAMES = (
    # what stands alone in quotation marks: a code with digits, or a few words with a numeral
    rf"(?<=[{OPEN}])[A-Za-z]{{0,6}}{D}{{1,8}}(?:[.·:-]{D}{{1,4}}){{0,3}}[A-Za-z+]{{0,4}}后?(?=[{CLOSE}])",
    rf"(?<=[{OPEN}])(?=[^{OPEN}{CLOSE}\n]{{0,11}}?{H})[^{OPEN}{CLOSE}\n0-9０-９余近超逾约,。]{{2,12}}(?=[{CLOSE}])",
    _words(
        "十城百店 百城千店 百村千厂 万亩亿元 一号工程 一带一路 一二三产 长三角 珠三角 三省一市"
        " 双十一 最多跑一次"
    ),
    rf"(?<!{D}){D}{{1,6}}(?:计划|工程|战略|急救(?:中心)?|国道|跨境(?:电商)?(?:模式)?|热线|报警|晚会|部队|号[楼线院]?|团场|团(?![队体组建购]))",
    rf"(?<!{D}){D}{{1,2}}[·•]{D}{{1,2}}(?!{D})",
    rf"(?<!{D}){D}{{1,2}}(?:[.．]{D})?(?:版|[AG]级?(?![A-Za-z])|个\+|后(?=[^\W\d]))",
    f"(?<![A-Za-z])[A-Za-z]{{1,8}}+-?{D}{{1,4}}(?!{D}|[.．]{D}|{S}(?:{UNIT}|{SCALE}|[多余]))",
    f"{FREE}[两三四五六七八九十]大(?:工程|要求|行动|战略|任务|体系|产业|平台|板块|计划|集群|品牌)",
    f"(?<!{H})第?(?:{H}{{1,3}}|{D}{{1,2}})师(?![傅生范资徒长级德专大一])",
    f"(?<!{H})十[一二三四五]五(?=规划|时期|期间|计划)",
    f"(?<!{H})[〇一二三四五六七八九]{{3,8}}(?!{H}|年)",
)

YEAR = f"(?<!{D})(?:19|20|１９|２０){D}{{2}}(?!{D})"
MONTH = f"(?<!{D})(?:1[0-2]|0?[1-9])"
DAY = f"(?:3[01]|[12][0-9]|0?[1-9]){S}[日号]"
THIRD = "(?:上旬|中旬|下旬|月?[初底末])"
CLOCK = f"(?<!{D}){D}{{1,2}}[:：]{D}{{2}}(?:[:：]{D}{{2}})?(?!{D})"
TO_DAY = f"(?:{S}(?:{DASH}|[至到]){S}(?:{MONTH}月)?{DAY})?"
MONTH_ON = f"{MONTH}{S}月(?!{D}{{1,2}}个)(?:{S}{DAY}{TO_DAY}|{THIRD})?"
IN_YEAR = f"{S}{MONTH_ON}|{S}(?:年[初底末]|[初底末]|[上下]半年|第?[一二三四]季度)"
DATES = (
    rf"(?:{YEAR}{S}年?{S}(?:{DASH}|至|到){S})?{YEAR}{S}年(?:{IN_YEAR})?(?:{S}{CLOCK})?",
    f"{YEAR}[-/.][01]?{D}[-/.][0-3]?{D}(?!{D})",
    rf"(?:{MONTH}{S}月?{S}(?:{DASH}|至|到){S})?{MONTH_ON}",
    CLOCK,
    rf"前(?:{D}{{1,2}}|{H}{{1,3}}){S}个月|前[二三]季度",
    f"(?:{D}{{1,3}}|{H}{{1,4}}){S}[多余]?年多?前|(?:{D}{{2}}|{H}{{1,2}}十){S}年代",
    # 近三年 is the last three years, 近三十年 nearly thirty of them
    f"(?<![最附])近{S}(?:{D}{{1,3}}|{H}{{1,4}}){S}年来",
    f"(?<![最附])近{S}(?:[1-9]|10|[一二两三四五六七八九十]){S}年",
    f"(?<!{H})[一二][〇零一二三四五六七八九]{{3}}年",
    f"(?<!{H})(?:十[一二]?|[一二三四五六七八九])月(?:{H}{{1,3}}日|{THIRD})?",
    rf"{YEAR}(?![.．]{D}|{S}(?:{UNIT}|{SCALE}|[多余]|{DASH}{S}{D}))",
)

COUNT = f"(?:{D}{{1,4}}|{H}{{1,5}})"
RANKS = (
    f"(?:排名|位列|位居|名列|排|列|居)第{S}{COUNT}{S}[位名]?",
    rf"第{S}{COUNT}{S}[位名](?=\W|的|$)",
    "首位|榜首",
)
RANKED = re.compile(r"(?:排名|位列|位居|名列|排|列|居)[^\s\W\d]{0,8}$")
ORDINALS = (
    f"第{S}{COUNT}(?:[、和]{H}{{1,3}}){{0,3}}(?!方|时间|线){S}(?:个月|届|版|季度|{UNIT})?",
    "首[批期个家届趟次条座台项场款支店单](?!都)",
    f"{FREE}(?:{H}期(?![间限货待刊望])|二[次批])",
    f"(?:{COUNT}){S}周年",
)

NEEDS_BIG = f"(?={H}{{0,11}}{BIG})"
NOT_SEVERAL = "[人户总次件个倍指基系参函岁度常]"  # 人数, 总数, 系数
NOT_UP = "[以网线路街身千]"  # 以上, 网上
PLAIN_HAN = f"{FREE}(?![百千万亿]|[一二](?!{H})){HAN}"
HALF_AFTER = "(?:个半(?:月|小时|世纪))"
RANGE_TO = f"(?:(?:{UNIT}{S})?(?:{DASH}|至)|到)"
FIGURES = (
    # 1/3, 超过30 亿元, 475余人, 1—2万名, 50%左右; 从300家到800家 is no range
    f"(?:{BEFORE}{S})?(?<!{D}){D}{{1,3}}/{D}{{1,3}}(?![{DIGITS}/.]){AFTER}?",
    f"(?:{BEFORE}{S})?(?:(?<![从由]){ARABIC}{S}{SCALE}?{S}{RANGE_TO}{S}(?={D}))?"
    f"{ARABIC}{S}[多余]?{S}{SCALE}?{S}[多余]?(?:{BREAK}(?:{HALF_AFTER}|{UNIT}{PER}半?))?{S}{AFTER}?",
    f"(?:{BEFORE})?(?:百分之(?:{ARABIC}|{HAN})|{FREE}{H}{{1,3}}分之{H}{{1,3}}){AFTER}?",
    # 几十位, 数百家, 好几家, 十几家
    f"(?:好?几|(?<!{NOT_SEVERAL})数)(?!百分|千瓦){BIG}{{1,4}}[多余]?(?:{HAN_UNIT}{PER})?",
    f"好几{HAN_UNIT}|{FREE}[二三四五六七八九]?十几[万亿]?{HAN_UNIT}{PER}",
    # 过半, 近一半, 半个月, 一个半月, 翻一番
    f"过半数?|(?:{BEFORE})?(?:一半|半数){AFTER}?|翻了?[一两三]?番|{FREE}{H}{{1,3}}{HALF_AFTER}",
    f"(?:{BEFORE})?(?<![上下前后大多夜一事])半(?:个月|年|天|个?小时){AFTER}?",
    # 近六成, 破千万元, 近亿元
    f"(?:{BEFORE}|(?<!{NOT_UP})上(?={BARE})|(?<![超通经不])过(?={BARE}))"
    f"(?!一(?!{H}|年|个月|天|周|小时|倍|成))"
    f"(?:{HAN}[多余]?[万亿]?{HAN_UNIT}{PER}{AFTER}?|{H}{{0,9}}[万亿](?!{H}){AFTER}?)",
    # 千余人, 千万以上, 三至五年
    f"{FREE}{NEEDS_BIG}{HAN}(?:[多余][万亿]?(?:{HAN_UNIT}{PER})?|{AFTER})",
    f"{PLAIN_HAN}(?:{HAN_UNIT})?[至到]{HAN}{HAN_UNIT}{PER}{AFTER}?",
    # 两年, 五六名, 一倍
    f"{PLAIN_HAN}{HAN_UNIT}{PER}半?{AFTER}?",
    f"{FREE}(?<![统同唯逐专单划归合])一(?:倍|成(?![{NOT_TENTH}])){AFTER}?",
)

# Where a phrase can begin at all: most characters of a text are passed over at once.
HEDGE_BEGINS = "".join(sorted({word[0] for word in ANY_BEFORE.split("|")}))
BEGIN = (
    f"(?:(?<=[{OPEN}])|(?=[{DIGITS}〇零一二两三四五六七八九十百千万亿A-Za-z{HEDGE_BEGINS}"
    "第首榜排位名列居前好几数半过上翻长珠双最]))"
)
PATTERN = re.compile(
    BEGIN
    + "(?:"
    + "|".join(
        f"(?P<{kind}>{'|'.join(alternatives)})"
        for kind, alternatives in (
            ("name", NAMES),
            ("date", DATES),
            ("rank", RANKS),
            ("ordinal", ORDINALS),
            ("figure", FIGURES),
        )
    )
    + ")"
)
_NUMERAL = re.compile(f"{D}|{H}")


def has_numeral(name):
    """Whether a name could be taken for a number."""
    return bool(_NUMERAL.search(name))
