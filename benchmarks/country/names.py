"""What everything is called: made up, and visibly so. Things are numbered from 1."""

PRODUCTS = (
    *("核桃", "红枣", "苹果", "香梨", "葡萄干", "棉花", "羊毛", "番茄", "杏干", "蜂蜜"),
    *("面粉", "奶粉", "胡萝卜", "孜然", "巴旦木"),
)
WORKS = ("产业园", "卫星工厂", "交易市场", "冷库", "学校", "医院", "道路", "饮水工程")
FIRMS = ("合作社", "食品公司", "贸易公司", "纺织公司", "电商公司", "协会")
PLACES = ("产业园", "孵化基地", "卫星工厂", "种植基地", "服务中心")
SHOPS = ("旗舰店", "直营店", "加盟店", "专柜", "网店")
EVENTS = ("展销会", "推介会", "培训班", "签约会", "文艺演出")
SERVICES = ("技术培训", "巡回义诊", "师徒结对", "文艺演出", "示范种植")
MEASURED = ("产量", "销售额", "种植面积", "就业人数", "加工量", "投资额", "订单数", "带动户数")


def product(number: int) -> str:
    return PRODUCTS[number % len(PRODUCTS)]


def one_of(words: tuple[str, ...], number: int) -> str:
    return words[number // len(PRODUCTS) % len(words)]


def donor(number: int) -> str:
    return f"示例省{number:02}"


def prefecture(number: int) -> str:
    return f"示例州{number:02}"


def county(number: int) -> str:
    return f"示例县{number:03}"


def program(number: int) -> str:
    return f"示例{product(number)}工程{number:02}"


def metric(number: int) -> str:
    """The last of each ten is the growth of the one before."""
    if number % 10 == 0:
        return f"{metric(number - 1)}增长率"
    return f"示例{product(number)}{one_of(MEASURED, number)}{number:04}"


def enterprise(number: int) -> str:
    return f"示例{product(number)}{one_of(FIRMS, number)}{number:05}"


def site(number: int) -> str:
    return f"示例{product(number)}{one_of(PLACES, number)}{number:04}"


def project(number: int) -> str:
    return f"示例{product(number)}{one_of(WORKS, number)}项目{number:05}"


def investment(number: int) -> str:
    return f"示例{product(number)}{one_of(WORKS, number)}招商项目{number:04}"


def subsidy(number: int) -> str:
    return f"示例{product(number)}补贴{number:05}"


def case(number: int) -> str:
    return f"示例{product(number)}推进事项{number:05}"


RATED = "示例示范店"


def target(number: int) -> str:
    return f"示例{product(number)}{one_of(SERVICES, number)}{number:05}"


def outlet(number: int) -> str:
    return f"示例{product(number)}{one_of(SHOPS, number)}{number:05}"


def activity(number: int) -> str:
    return f"示例{product(number)}{one_of(EVENTS, number)}{number:04}"


def document(number: int) -> str:
    return f"示例文献{number:06}：{product(number)}{one_of(WORKS, number)}一览"


def document_code(number: int) -> str:
    return f"example-{number:06}"


def project_code(number: int) -> str:
    return f"SL-{number:05}"
