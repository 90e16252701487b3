"""The vocabulary of numeric phrases, and the one pattern that `phrases.find` runs.

Alternatives are tried in the order name, date, rank, ordinal, figure. Every repetition is
bounded or possessive, so that the time grows with the text and not with its square.
"""

import re
from functools import cache

from aidtracker.ground import units
from aidtracker.ground.numerals import CLASS, MORE, SCALE
from projects.reading.alternatives import any_of
from projects.reading.hedges import (
    ANY_AFTER,
    ANY_BEFORE,
    BEFORE_SCALE,
    BEGINS,
    FROM,
    INCLUDED,
    VERB,
)


def _words(text):
    """The words of a list as alternatives, the longer ones first."""
    return any_of(text.split())


# Characters. A tab or several blanks part the cells of a table; a line may break anywhere.
BLANK = "[ \u00a0\u2009\u202f\u3000]"
S = f"{BLANK}?"
BREAK = rf"{BLANK}?(?:\r?\n{BLANK}{{0,2}}){{0,2}}"
DIGITS = "0-9０-９"
D = f"[{DIGITS}]"
H = "[〇零一二两三四五六七八九十百千万亿]"
FORMAL = "[零两壹贰叁肆伍陆柒捌玖拾佰仟]"
BIG = "[十百千万亿]"
BARE = "[百千万亿]"
DASH = "[—–~～―−－‑‐‒-]"
OPEN, CLOSE = "“‘《「『", "”’》」』"

# Units and hedges
HAN_UNIT_WORDS = (
    "人 人次 名 位 户 农户 家 个 个月 个百分点 座 场 场次 次 批 批次 台 套 辆 栋 幢 件 条 种 项 所"
    " 处 宗 类 款 张 份 笔 棵 株 头 只 亩 公顷 平方米 平方公里 立方米 吨 公斤 千克 斤 公里 千瓦时"
    " 千瓦 年 天 周 小时 分钟 岁 倍 成 县 乡 镇 村 地州市 地州 亿元 对 支 间 艘 列 趟 期 % ％"
)
# Units of the table that are words of other meaning when they follow a number without one.
AMBIGUOUS = frozenset("t m g V L W 月 日 两 分 角 担 里 卡 焦 帕 赫 起".split())  # noqa: SIM905
# Letters that are units where no other letter follows: 220V, 25t, but 3D, 5G
LETTERS = "[tmgVLW](?![A-Za-z0-9])"
ARABIC_UNIT_WORDS = (
    HAN_UNIT_WORDS
    + " 元 块钱 期 人份 户次 例 门 节 课时 羽 匹 颗 本 册 篇 部 幅 组 班 架 车 箱 袋 盒 单 顿 片 块"
    " 道 眼 盏 根 周岁 字 省 市 区 校 国 省市 省区市 县市 县区 乡镇 ％ 口 枚 节 台次 辆次 头次 栏"
    f" 行 垛 捆 粒 尾 峰 窝 层 级 排 队 学时 床 夜 寸 元人民币 转 RMB CNY USD"
    f" {' '.join(units.KNOWN - AMBIGUOUS)}"
)
ONE_UNIT = f"(?:{_words(ARABIC_UNIT_WORDS)}|{LETTERS})"
# 台（套）, 只（羽）: counted by either word
UNIT = (
    f"(?:{ONE_UNIT}(?:[（(](?:人次|人民币|[人次户只头羽套台件辆家个名处座批组村乡镇县市区])[)）])?)"
)
UNIT_BEGINS = "".join(sorted({re.escape(word[0]) for word in ARABIC_UNIT_WORDS.split()}))
NOT_TENTH = "立员为功果本熟长效就品都绩交不型"  # 成立, 成员, 成为
HAN_UNIT = (
    f"(?!成[{NOT_TENTH}]|次产业|年[级代]|周[年边岁]|位一体|位数|台[山州湾河]|家人|头六|只[有是能要不]"
    "|期[间限货待刊望]|村[里镇民上]|镇[江里上]|乡[村亲土里]|对[口外于接策手方症应]|间[接隔]|列[入为]"
    "|支[援持付部队撑]|县城|家渠|人民(?!币)|个(?:全面|意识|自信|维护|确保|代表|离不开))"
    + _words(HAN_UNIT_WORDS + " 元 美元 元人民币 人民币 千伏")
)
TOTAL = "[/／](?:1?0{0,5}(?:百万|百|千(?![瓦克米卡])|万|亿)|十万)"
PER = (
    f"(?:(?:{TOTAL}(?:人|名|户)?|[/／每·](?:{ONE_UNIT}|[月日秒分升]|[dhs](?![A-Za-z])|[（(]人·[天日月年][)）]))"
    "(?:[/／每·](?:人次|小时|千米|公里|平方米|[人户亩吨天日月年时次秒分]))?)?"
)
BEFORE = f"(?:(?!近(?!乎)|[高多]?达(?!到或)|折合)(?:{ANY_BEFORE})|(?<![最附])近){VERB}"
# 约有近300家; not before a year: 不到2020年, but 近2000年
LEAD = (
    f"(?:(?=[{BEGINS}]){BEFORE}{S}(?:(?=[{BEGINS}]){BEFORE}{S})?"
    f"(?!20(?:0[1-9]|[1-3]{D}){S}年|19{D}{{2}}{S}年))"
)
AFTER = (
    f"(?:(?:{INCLUDED}(?=以))?(?!之多|[多余大关])(?:{ANY_AFTER})|(?<=[年月天时倍岁%％])[多余]"
    f"|{FROM}(?![来诉步草火飞源因]))"
)

# Numbers
# A line may break at the point: 12⏎.5亿元; behind it only before a scale (1.⏎5家 begins a list).
POINT = rf"(?:{BLANK}|\r?\n)?[.．]{D}"
BEHIND_BREAK = f"{D}++(?={BLANK}?[万亿%％])"
BROKEN = rf"\r?\n{BEHIND_BREAK}"
DECIMALS = f"(?:{POINT}{D}*+|[.．]{BROKEN})?"
# A wide comma parts two numbers, unless the digits are wide too.
ARABIC = rf"(?:{D}{{1,3}}(?:(?:,|(?<=[０-９])，){D}{{3}}){{1,5}}(?!{D})|{D}++){DECIMALS}"
# GB/T 15835: 1 200万元; taken for one number only where a scale or a unit follows
SPACED = (
    f"(?<!{D})(?<!{D}[.,，．]){D}{{1,3}}(?:{BLANK}{D}{{3}}){{1,4}}(?!{D}){DECIMALS}"
    f"(?={S}(?:{SCALE}|{MORE}|[{UNIT_BEGINS}]|{DASH}|[至到]))"
)
SCALED = (
    f"(?:{S}个(?={S}(?:[多余]|{BARE}(?!分)))(?!{CLASS}))?(?:{S}{MORE})?"
    f"(?:{BREAK}{SCALE}(?:几[十百千]|{MORE})?(?:[万亿]{{1,2}}{MORE}?)?)?"
)
AMOUNT = (
    f"(?:{SPACED}|{ARABIC})(?!{D})(?:(?!{BLANK}{{2}})(?:{S}{MORE})?{SCALED}"
    f"(?:(?:(?<=[亿万千])零?|(?<=[亿万]){S}(?={D}{{1,4}}{S}[千百十万])){D}{{1,4}}(?![{DIGITS}.．,，年月]){SCALED}){{0,2}}"
    f"(?:(?<=[万亿])[一二两三四五六七八九][千百]{H}{{0,6}})?)?"
)
# 三十五千瓦时: 千瓦, 千伏 and 千米 are units, whose first character is no scale.
_NO_SCALE = "千(?=[瓦伏克米卡帕赫焦升])"
HAN = f"(?:(?!{_NO_SCALE}){H}){{1,12}}+(?:点{H}{{1,6}}+)?"
FREE = f"(?<!{H})(?<![第周])"
# A minus or a plus; a long dash is none. Money may have its sign or name before the number.
MONEY = "(?:人民币|RMB|CNY|USD|(?:US|HK)?\\$|[€£￥¥])"
ROUGHLY = f"[了为]?{S}(?:(?:{ANY_BEFORE}){VERB}{S})?"  # 负增长近2%
SHRUNK_BY = f"(?:{D}|{H}{{1,4}}[几多余]?(?:[成%％]|分之|个[多余]?百分点)|一半)"
BELOW_ZERO = f"零下{S}(?={D})"
NO_MINUS = f"(?<![{DIGITS}A-Za-z%％）)—–\\-.．])"
SIGN = (
    f"(?:{NO_MINUS}[-−－﹣](?={D})|±{S}(?={D})|{MONEY}{S}(?={D})|(?<![胜欠肩担])负(?:增长{ROUGHLY})?(?={D})"
    f"|{NO_MINUS}(?<![人家个])[+＋](?={D}+(?:[.．]{D}+)?{S}[%％个]))"
)

# A rule: what a phrase is, what it can begin with (a digit, a Chinese numeral, something else,
# or anything: right behind an opening quotation mark, or at the beginning of a line), its words.
DIGIT, NUMERAL_WORD, OTHER, ANY = "digit", "han", "other", "any"

COUNTED = f"{S}(?:{UNIT}|{SCALE}|{MORE})"
COUNTS_NOTHING = f"(?!{D}|[.．]{D}|{S}(?:{ONE_UNIT}|{SCALE}))"
PORTFOLIO = "(?:工程|要求|行动|战略|任务|体系|产业|平台|板块|计划|集群|品牌)"
# Numerals that count nothing, though a unit stands behind them.
IDIOMS = "三天两头 三年五载 十里八乡 三五成群 十年九旱 三番五次 五个认同 三天两夜"
DIVISION = "师(?![傅生范资徒长级德专大一])"
NAMES = {
    ANY: (
        # what stands alone in quotation marks: a code with digits, or a few words with a numeral
        rf"(?<=[{OPEN}])[A-Za-z]{{0,6}}{D}{{1,8}}(?:[.·:-]{D}{{1,4}}){{0,3}}[A-Za-z+]{{0,4}}后?"
        f"(?=[{CLOSE}])",
        rf"(?<=[{OPEN}])(?=[^{OPEN}{CLOSE}\n]{{0,11}}?{H})"
        rf"[^{OPEN}{CLOSE}\n0-9０-９余近超逾约,。]{{2,12}}(?=[{CLOSE}])",
    ),
    DIGIT: (
        # telephones; a formula of a name: 1+2; a score or a scale of a map: 7∶3
        rf"(?<![{DIGITS}.])(?:0{D}{{2,3}}[-—－]?{D}{{7,8}}|1[3-9]{D}{{9}}"
        rf"|[48]00-?{D}{{3,4}}-?{D}{{3,4}}|{D}{{3,4}}-{D}{{7,8}})(?!{D})",
        rf"(?:(?<=热线|客服|拨打|短号|电话|专线)|(?<=热线：|电话：|客服：)){D}{{3,12}}{COUNTS_NOTHING}",
        # figures, tables and attachments of a document; the 500 largest
        rf"(?:(?<=[图表])|(?<=附件|附表|附图)){D}{{1,2}}(?:[-—]{D}{{1,2}})?"
        rf"(?!{D}|[.．]{D}|{S}(?:{ONE_UNIT}|{SCALE}|{MORE}|{DASH}))",
        rf"(?<!{D})[1-9]{D}?0{{1,2}}强(?![度化劲于])",
        rf"(?<![{DIGITS}.]){D}{{1,3}}"
        rf"(?:{S}[+＋]{S}(?:{D}{{1,3}}(?![{DIGITS}.％%])|[NnXx])){{1,5}}",
        rf"(?<![{DIGITS}.:：∶]){D}{{1,4}}{S}[∶:：]{S}{D}{{1,5}}(?![{DIGITS}.:：])"
        rf"(?<!{D}[:：][0-5]{D})",
        rf"(?<![{DIGITS}.]){D}{{1,3}}比{D}{{1,3}}(?![{DIGITS}.．]|{S}(?:{ONE_UNIT}|{SCALE}))",
        rf"(?<!{D}){D}{{1,6}}(?:计划|工程|战略|急救(?:中心)?|国道|省道|跨境(?:电商)?(?:模式)?|(?:政务服务|便民)?热线"
        f"|报警|晚会|部队|号[楼线院文]?|团场|团(?![队体组建购])|大{PORTFOLIO}|室(?![内外]))",
        rf"(?<=\[){D}{{1,3}}(?=\])|(?<!{D}){D}{{1,2}}(?:单元|价(?=HPV))|(?<=单元){D}{{2,4}}室?",
        rf"(?<!{D}){D}{{1,2}}[·•]{D}{{1,2}}(?!{D})",
        rf"(?<!{D})(?:[5-9]0|[01]0)后(?![来续期])",
        rf"(?<!{D}){D}{{1,2}}(?:[.．]{D})?(?:版|[AG]级?(?![A-Za-z])|个\+|后(?=[^\W\d]))",
        # 843000 behind 邮编, 7×24小时, 3D, 4K
        rf"(?:(?<=邮编)|(?<=邮编[:：])){D}{{6}}(?!{D})|(?<![{DIGITS}.])7[×xX]24(?!{D})",
        rf"(?<![{DIGITS}.．,，A-Za-z]){D}{{1,2}}(?=[A-Za-z])(?!{UNIT})[A-Za-z](?![A-Za-z%])",
        f"{D}{{1,2}}{DIVISION}",
    ),
    NUMERAL_WORD: (
        _words(IDIOMS),
        _words("十城百店 百城千店 百村千厂 万亩亿元 一号工程 一带一路 一二三产 三省一市"),
        f"{FREE}[两三四五六七八九十]大{PORTFOLIO}",
        # 七个一: a slogan; but 三个一百万, 十个一组
        f"{FREE}[二三四五六七八九十]{{1,2}}个一(?![{H[1:-1]}批些个半般样起年月天次组类级])",
        f"(?<!{H}){H}{{1,3}}{DIVISION}",
        f"(?<!{H})十[一二三四五]五(?=规划|时期|期间|计划)",
        f"{FREE}(?:五年规划|[一二三五十]年(?:行动|攻坚)(?:计划|方案)?)",
        f"(?<!{H})[〇一二三四五六七八九]{{3,8}}(?!{H}|年)",
    ),
    OTHER: (
        rf"[（(]0{D}{{2,3}}[)）]{S}-?{D}{{7,8}}(?!{D})",
        rf"(?<![A-Za-z])(?:GB|DB{D}{{2}}|ISO)(?:/T)?{BLANK}?{D}{{3,6}}(?:[.—-]{D}{{1,5}}){{0,2}}",
        _words("长三角 珠三角 双十一 最多跑一次"),
        "G(?:7|8|20)(?=峰会|集团|国)",
        f"第{H}{{1,3}}个五年(?:规划|计划)",
        rf"PM{S}(?:2[.．]5|10)(?!{D})",
        f"(?<![A-Za-z])[A-Za-z]{{1,8}}+-?{D}{{1,4}}(?!{D}|[.．]{D}|{S}(?:{UNIT}|{SCALE}|[多余]))",
        f"第(?:{H}{{1,3}}|{D}{{1,2}}){DIVISION}",
    ),
}

YEAR = f"(?<!{D})(?:19|20|１９|２０){D}{{2}}(?!{D})"
MONTH = f"(?<!{D})(?:1[0-2]|0?[1-9])"
DAY = f"(?:3[01]|[12][0-9]|0?[1-9]){S}[日号]"
THIRD = "(?:上旬|中旬|下旬|月?[初底末])"
CLOCK = f"(?<!{D}){D}{{1,2}}[:：][0-5]{D}(?:[:：]{D}{{2}})?(?!{D})"
HOUR = (
    f"(?<![{DIGITS}.．]){D}{{1,2}}{S}时(?!间|尚|装|代|常|机|段|速)"
    f"(?:{S}{D}{{1,2}}{S}分(?:{D}{{1,2}}秒)?)?"
)
AFTER_PART_OF_DAY = "(?:(?<=上午|下午|凌晨|早上|早晨|晚上|中午|清晨|傍晚|当晚)|(?<=晚))"
ON_THE_CLOCK = f"{S}[点时](?!{H})(?:{S}(?:{D}{{1,2}}分?|半))?"
TO_DAY = f"(?:{S}(?:{DASH}|[至到]){S}(?:{MONTH}月)?{DAY})?"
MONTH_ON = f"{MONTH}{S}月(?!{D}{{1,2}}个)(?:{S}{DAY}{TO_DAY}|{THIRD})?"
IN_YEAR = f"{S}{MONTH_ON}|{S}(?:年[初底末]|[初底末]|[上下]半年|第?[一二三四]季度)"
AGO = f"{S}[多余]?年多?前"
DATES = {
    DIGIT: (
        rf"(?:{YEAR}{S}年?{S}(?:{DASH}{{1,2}}|至|到){S})?{YEAR}{S}年(?:{IN_YEAR})?(?:{S}{CLOCK})?",
        f"{YEAR}[-/.][01]?{D}[-/.][0-3]?{D}(?!{D})",
        f"{YEAR}{S}(?:{DASH}{{1,2}}|至|到){S}{YEAR}(?!{COUNTED})",
        f"{YEAR}{DASH}{D}{{2}}年",
        rf"(?:{MONTH}{S}月?{S}(?:{DASH}|至|到){S})?{MONTH_ON}",
        f"(?<![{DIGITS}.．]){D}{{1,2}}{S}[点时]{D}{{1,2}}{S}分(?!钟)",
        f"{AFTER_PART_OF_DAY}{D}{{1,2}}{ON_THE_CLOCK}|{HOUR}|{CLOCK}",
        f"(?<![{DIGITS}.．])(?:3[01]|[12][0-9]|0?[1-9]){S}日(?![均产活活])(?:{S}{CLOCK})?{TO_DAY}",
        f"(?<!{D}){D}{{1,2}}{S}世纪|{D}{{1,3}}{AGO}|{D}{{2}}{S}年代",
        rf"{YEAR}(?![.．,，]{D}|{COUNTED}|{S}(?:{DASH}{{1,2}}|[至到、]){S}{D})",
    ),
    NUMERAL_WORD: (
        f"{AFTER_PART_OF_DAY}{H}{{1,3}}{ON_THE_CLOCK}|{FREE}{H}{{1,3}}世纪",
        f"{H}{{1,4}}{AGO}|{H}{{1,2}}十{S}年代",
        f"(?<!{H})[一二][〇零一二三四五六七八九]{{3}}年",
        f"(?<!{H})(?:十[一二]?|[一二三四五六七八九])月(?:{H}{{1,3}}日|{THIRD})?",
    ),
    OTHER: (
        f"(?<![A-Za-z])Q[1-4](?![A-Za-z{DIGITS}])(?:季度)?",
        rf"(?<![提目以之])前(?:{D}{{1,2}}|{H}{{1,3}}){S}个月|前[二三]季度",
        # 近三年 is the last three years, 近三十年 nearly thirty of them
        f"(?<![最附])近{S}(?:(?:{D}{{1,3}}|{H}{{1,4}}){S}年来"
        f"|(?:[1-9]|10|[一二两三四五六七八九十]){S}年)",
    ),
}

COUNT = f"(?:{D}{{1,4}}|{H}{{1,5}})"
RANKS = {
    OTHER: (
        f"(?:排名|位列|位居|名列|排|列|居)第{S}{COUNT}{S}[位名]?",
        rf"第{S}{COUNT}{S}[位名](?=\W|的|$)",
        "首位|榜首",
    ),
}
RANKED = re.compile(r"(?:排名|位列|位居|名列|排|列|居)[^\s\W\d]{0,8}$")
ORDINALS = {
    ANY: (
        rf"(?:^|(?<=\n)){BLANK}{{0,4}}(?:[（(]{S})?{D}{{1,2}}{S}(?:[.．、)）](?!{D}))",
        rf"(?:^|(?<=\n)){BLANK}{{0,4}}{D}{{1,2}}(?:[.．]{D}{{1,2}}){{1,3}}{BLANK}"
        rf"(?=[一-鿿])(?!{UNIT}|{SCALE})",
    ),
    DIGIT: (f"{D}{{1,4}}{S}周年",),
    NUMERAL_WORD: (
        f"{FREE}(?:{H}期(?![间限货待刊望])|二[次批])",
        f"{H}{{1,5}}{S}周年",
    ),
    OTHER: (
        f"[（(]{S}{D}{{1,2}}{S}[)）]",
        f"第{S}{COUNT}(?:[、和]{H}{{1,3}}){{0,3}}(?!方|时间|线){S}(?:个月|届|版|季度|{UNIT})?",
        "首[批期个家届趟次条座台项场款支店单](?!都)",
    ),
}

NEEDS_BIG = f"(?={H}{{0,11}}{BIG})"
NOT_SEVERAL = "[人户总次件个倍指基系参函岁度常]"  # 人数, 总数, 系数
NOT_UP = "[以网线路街身千]"  # 以上, 网上
PLAIN_HAN = f"{FREE}(?![百千万亿]|[一二](?!{H}|点{H}|[至到]{H})|两[省地市]){HAN}"
HALF_AFTER = f"(?:个半(?:月|小时|世纪|{SCALE}(?:{UNIT})?))"
# 1小时20分钟, 2年零3个月, 3元5角, 1米8
TWO_UNITS = (
    f"(?:小时{S}{D}{{1,2}}{S}分钟?|年零?{D}{{1,2}}个月|元{D}角|公里{D}{{1,3}}米"
    f"|米{D}{{1,2}}(?![{DIGITS}.．]|{S}(?:{ONE_UNIT}|{SCALE})))"
)
TWO_HAN_UNITS = f"(?:小时{H}{{1,3}}分钟?|年零?{H}{{1,3}}个月)"
AND_MORE = "(?:[+＋](?![0-9０-９NnXx]))?"
RANGE_TO = f"(?:(?:{UNIT}{PER}{S})?(?:{DASH}{{1,2}}|至)|(?:[%％‰成]{S})?到)"
# 4个来月, 3个多月
PIECE = "个来(?:月|小时|钟头|星期|季度)|(?<=个[多余])(?:月|世纪|学期)"
HAN_PIECE = f"个{MORE}(?:月|星期|小时|钟头|季度|学期|工作日|百分点|世纪)"
IN_HUNDREDS_OF_MILLIONS = f"(?:个[多余]?(?:万亿|亿)|{HAN_PIECE})[多余]?(?:元|左右)?{AFTER}?"
# 2、3家: one of two numbers in a row
EITHER = "|".join(f"{low}、{low + 1}" for low in range(1, 9))
# 475余人, 1—2万名; from 300家 to 800家 is no range.
WITH_DIGITS = (
    f"(?:(?<![从由])(?:{SPACED}|{ARABIC}){S}{MORE}?{SCALE}?{S}{RANGE_TO}{S}{SIGN}?"
    f"(?:{BELOW_ZERO})?(?={D}))?"
    f"{AMOUNT}{AND_MORE}(?:{BREAK}(?:{HALF_AFTER}|{PIECE}|{TWO_UNITS}|{UNIT}{PER}半?)|{TOTAL})?"
    f"{AND_MORE}(?:{S}{AFTER})?"
)
# Numbers with digits of a form of their own, looked for where the next character says so.
SPECIAL = (
    f"(?<![{DIGITS}、.])(?:{EITHER})(?![{DIGITS}、])[十百千万亿]{{0,2}}{UNIT}",
    f"(?<![{DIGITS}.])1{S}[:：∶比]{S}{D}{{1,3}}[.．]{D}{{1,3}}",
    f"(?<!{D}){D}{{1,3}}[/／]{D}{{1,3}}(?![{DIGITS}/.十百千万亿]){AFTER}?",
    # 18.3 of 100,000; 3成5
    f"(?<![{DIGITS}.]){D}{{1,3}}[万亿]分之{ARABIC}{AFTER}?",
    f"(?<![{DIGITS}.])[1-9]成[1-9一二三四五六七八九](?![{DIGITS}.．{NOT_TENTH}]|{H}|{S}{UNIT})"
    f"[多余]?{AFTER}?",
)
LIKE_SPECIAL = f"(?={D}{{1,3}}(?:{S}[:：∶比]|[/／成、]|[万亿]分))"
BELOW_ZERO_HAN = f"零下{HAN}[多余]?(?:摄氏)?度"
# What a hedge may stand before, by what it begins with
PLAIN = {
    DIGIT: (
        f"{LIKE_SPECIAL}(?:{'|'.join(SPECIAL)})",
        WITH_DIGITS,
    ),
    NUMERAL_WORD: (
        f"{BELOW_ZERO}{WITH_DIGITS}|{BELOW_ZERO_HAN}",
        f"[十百千]?万分之{ARABIC}{AFTER}?",
        # 百分之五十以上, 三分之一强
        f"(?:[百千万]分之(?:{ARABIC}|{HAN})几?"
        f"(?:(?:{DASH}|[至到])(?:[百千万]分之)?(?:{ARABIC}|{HAN}))?"
        f"|{FREE}{H}{{1,3}}分之{H}{{1,3}}[强弱]?)[多余]?{AFTER}?",
        f"两(?=[佰仟]){FORMAL}{{1,12}}[余多]?[万亿萬億]?[元圆](?:整|人民币)?",
        f"一半(?:多(?![数少])|{AFTER})?",
        f"{FREE}[一二两三四五六七八九]成"
        f"(?:[一二三四五六七八九](?![{NOT_TENTH}]|{H})[多余]?|[多余几]){AFTER}?",
        f"{FREE}{HAN}{MORE}?{IN_HUNDREDS_OF_MILLIONS}",
        f"{FREE}(?=[一二两三四五六七八九]?[十百千]){H}{{1,6}}[几多余来][十百千]?[万亿]{{0,2}}"
        f"{HAN_UNIT}{PER}",
    ),
    OTHER: (
        f"{SIGN}{WITH_DIGITS}",
        f"(?:人民币)?(?<!{FORMAL})(?=[壹贰叁肆伍陆柒捌玖][拾佰仟万亿萬億]|[拾佰仟])"
        f"(?:{FORMAL}{{1,12}}[余多]?[万亿萬億]){{0,2}}{FORMAL}{{0,12}}[余多]?[元圆](?:整|人民币)?",
        f"半数(?:多(?![数少])|{AFTER})?",
        "(?<![上下后大多夜一事对参])(?<!(?<!提)前)半"
        "(?:个[多余]?(?:月|小时|世纪)|年|天|小时|吨|亩|公里|公斤|(?:个[多余]?)?(?:万亿|亿)[多余]?元?"
        "|[百千万亿]{1,2}[多余]?(?:元|亩|吨|人|户|公里))"
        f"{AFTER}?",
        f"(?:{FREE}上(?={BARE}){HAN}{MORE}?|好?几|数){IN_HUNDREDS_OF_MILLIONS}",
    ),
}


# The same, but for numbers with digits, which one rule reads here with sign or without.
LED = {
    DIGIT: PLAIN[DIGIT][:-1],
    NUMERAL_WORD: PLAIN[NUMERAL_WORD][1:],
    OTHER: (f"(?:{SIGN}|{BELOW_ZERO})?{WITH_DIGITS}", BELOW_ZERO_HAN, *PLAIN[OTHER][1:]),
}


def _by_beginning(rules):
    """The rules of one kind, each tried only where the first character allows it."""
    return (
        f"(?:(?={D})(?:{'|'.join(rules[DIGIT])})|(?={H})(?:{'|'.join(rules[NUMERAL_WORD])})"
        f"|{'|'.join(rules[OTHER])})"
    )


FIGURES = {
    DIGIT: PLAIN[DIGIT],
    NUMERAL_WORD: (
        *PLAIN[NUMERAL_WORD],
        f"{FREE}{H}{{1,3}}{HALF_AFTER}",
        # 千余人, 千把人, 千万以上, 千人上下, 三至五年
        f"{FREE}(?:{NEEDS_BIG}|(?={H}{{1,3}}点{H})){HAN}"
        f"(?:{MORE}[万亿]{{0,2}}(?:{HAN_UNIT}{PER})?|把(?:[人户家亩]|块钱)|(?:{HAN_UNIT}{PER})?{AFTER})",
        f"{PLAIN_HAN}(?:{HAN_UNIT})?[至到]{HAN}{HAN_UNIT}{PER}{AFTER}?",
        # 两年, 五六名, 一倍
        f"{PLAIN_HAN}(?:{TWO_HAN_UNITS}|{HAN_UNIT}{PER}半?{AFTER}?)",
        f"{FREE}一(?:(?:年|个月|天|周|小时)(?:多(?![数少])|有余)|{TWO_HAN_UNITS})",
        f"{FREE}(?<![统同唯逐专单划归合])一(?:倍|成(?![{NOT_TENTH}])){AFTER}?",
    ),
    OTHER: (
        # 负增长五成, 负增长近百分之五
        f"(?<![胜欠肩担])负增长{ROUGHLY}(?={SHRUNK_BY})(?!{D})"
        f"(?:{'|'.join(PLAIN[NUMERAL_WORD])}|{HAN}{MORE}?(?:成|个[多余]?百分点){AFTER}?)",
        # 超过30 亿元, 近一半, 近半个月, 超九成五
        f"(?=[{BEGINS}]){LEAD}{_by_beginning(LED)}",
        *PLAIN[OTHER],
        # 几十位, 数百家, 好几家
        f"数以{BIG}{{1,3}}计(?!算)",
        f"(?:好?几|(?<!{NOT_SEVERAL})数)(?!百分|千瓦){BIG}{{1,4}}(?:个(?=[万亿]))?[万亿]?[多余]?(?!上{BARE})"
        f"(?:{HAN_UNIT}{PER})?|好几{HAN_UNIT}",
        # 过半, 翻一番, 数倍
        f"过半数?|[近超]半(?=数|[的是为]|[^\\w])"
        f"|翻了?(?:{BEFORE})?(?:[一两三四]|{ARABIC}|好?几)?(?:番|倍(?!增))(?:多(?![数少])|{AFTER})?"
        f"|(?<!{NOT_SEVERAL})数倍|几成(?![{NOT_TENTH}])",
        # 近六成, 破千万元, 近亿元, 达百亿元
        f"(?:{BEFORE}{S}|(?<!{NOT_UP})(?<![超通经不百千]){BEFORE_SCALE}(?={BARE})|[高多]?达(?={BARE}))"
        f"(?={H})(?!一(?!{H}|点{H}|年|个月|天|周|小时|倍|成))"
        f"(?:{HAN}{MORE}?[万亿]{{0,2}}{HAN_UNIT}{PER}{AFTER}?"
        f"|{H}{{0,9}}[万亿](?!{H})[余多]?{AFTER}?)",
    ),
}

KINDS = {"name": NAMES, "date": DATES, "rank": RANKS, "ordinal": ORDINALS, "figure": FIGURES}
OTHERS = (
    f"A-Za-z{BEGINS}±壹贰叁肆伍陆柒捌玖拾佰仟—–−－﹣（(+＋$€£￥¥负半跃迈站登冲跨"
    "第首榜排位名列居前好几数过上翻长珠双-"
)


def _kinds(beginning, kinds=KINDS):
    """The rules for phrases that begin alike, names first, each kind a group of its own."""
    return "|".join(
        f"(?P<{kind}_{beginning}>{'|'.join(KINDS[kind][beginning])})"
        for kind in kinds
        if beginning in KINDS[kind]
    )


# What is a figure at first sight, and no name or date: 12.5 万, 300家
PLAINLY = rf"(?:{D}{{1,9}}(?:[.．]{D}{{1,4}})?{BLANK}?(?:[万亿元家人吨亩户％%]|个(?!\+)))"
# Most characters of a text are passed over at once; the others are asked by what they are.
WORDING = (
    f"(?:(?=[{DIGITS}{H[1:-1]}{OPEN}\\n{OTHERS}])|^)(?:(?:[{OPEN}\\n]|^)(?:{_kinds(ANY)})"
    f"|(?={D})(?:(?!{PLAINLY})(?:(?!{D}{{1,4}}{BLANK}?[年月])(?:{_kinds(DIGIT, ('name',))})"
    f"|{_kinds(DIGIT, ('date', 'ordinal'))})"
    f"|{_kinds(DIGIT, ('figure',))})"
    f"|(?={H})(?:{_kinds(NUMERAL_WORD)})|(?=[{OTHERS}])(?:{_kinds(OTHER)}))"
)


@cache
def pattern() -> re.Pattern[str]:
    """The one pattern, for who looks for phrases: no process begins with a third longer for it."""
    return re.compile(WORDING)


# The kind that each group of the pattern finds.
KIND_OF = {f"{kind}_{beginning}": kind for kind, rules in KINDS.items() for beginning in rules}
NAMED_MONEY = "人民币"  # in front of a number, without which 3亿 would lack its unit
NUMERAL = f"(?:{D}|{H})"
_NUMERAL = re.compile(NUMERAL)


def has_numeral(name):
    """Whether a name could be taken for a number."""
    return bool(_NUMERAL.search(name))


# Between two characters of one number: 2|1家, 30|万, 1万|6千, 3.|5, 1|,234, 1| 200, 20|多家,
# 2个半|亿, 300|+家, 1小时|20分钟, 12|⏎|.5, and from its sign: 增长-|2.1%, 负|增长|2.1%, 零下|20℃
_WITHIN = re.compile(
    f"(?<={D})(?={D})|(?<={H})(?={H})|(?<={D})(?={S}{SCALE})|(?<={D}{BLANK})(?={SCALE})|(?<=[百千万亿])(?={D}{{1,4}}[十百千万])"
    f"|(?<=[万亿])(?={D}{{4}}(?![{DIGITS}年]))|(?<={D})(?={POINT}|[.．]{BROKEN})|(?<=[{DIGITS}{BLANK[1:-1]}\n][.．])(?={BROKEN}|{D})"
    rf"|(?<={D}\r)(?=\n[.．]{D})|(?<={D}\n|{D}{BLANK})(?=[.．]{D})|(?<={D}\r\n)(?=[.．]{D})"
    rf"|(?<={D}[.．]\r)(?=\n{D})|(?:(?<={D}[.．]\n)|(?<=[.．]\r\n))(?={BEHIND_BREAK})"
    f"|(?<={D})(?=[,{BLANK[1:-1]}]{D}{{3}}(?!{D}))|(?<={D}[,{BLANK[1:-1]}])(?={D}{{3}}(?!{D}))"
    f"|(?<={H})(?=点{H})|(?<={H}点)(?={H})|(?<={D}|{H})(?=[多余几])"
    f"|(?<=[长降速率幅为达到至约近超比][-−－﹣])(?={D})|(?<![胜欠肩担]负)(?<=负)(?={D})|(?<=零)(?=下{S}{D})|(?<=零下)(?={D})"
    f"|(?<![胜欠肩担]负)(?<=负)(?=增长{ROUGHLY}{SHRUNK_BY})|(?<![胜欠肩担]负增)(?<=负增)(?=长{ROUGHLY}{SHRUNK_BY})"
    f"|(?<![胜欠肩担]负增长)(?<=负增长)(?={ROUGHLY}{SHRUNK_BY})|(?<={H}几)(?=[十百千])"
    f"|(?<=个半)(?=[万亿])|(?<={D}|[万亿])(?=[+＋](?!{D}))|(?<=小时)(?=(?:{D}{{1,2}}|{H}{{1,3}})分)"
)

# What says before a number, whatever hedge stands between, that it is below zero: 负增长超过
_SHRANK = re.compile(f"(?<![胜欠肩担])负增长{ROUGHLY}$")
_SHRUNK_BY = re.compile(SHRUNK_BY)
LONGEST_HEDGE = 16


def cuts_number(text: str, position: int) -> bool:
    """Whether the characters on both sides of a position belong to one number."""
    return _WITHIN.match(text, position) is not None


def whole_number(text: str, start: int, end: int) -> tuple[int, int]:
    """The place of the words between two positions, with all of the numbers they cut."""
    while cuts_number(text, start):
        start -= 1
    while cuts_number(text, end):
        end += 1
    return begin_of_sign(text, start), end


def begin_of_sign(text: str, start: int) -> int:
    """Where a number begins, with what says, hedge and all, that it is below zero."""
    first = max(0, start - LONGEST_HEDGE)
    shrank = _SHRUNK_BY.match(text, start) and _SHRANK.search(text[first:start])
    return first + shrank.start() if shrank else start
