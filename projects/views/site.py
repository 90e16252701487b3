"""How printed figures are read, by the very constants that read them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from aidtracker.pages.citing import FORMATS as REFERENCES
from aidtracker.pages.citing import Citation, own_reference
from aidtracker.pages.paging import kept
from aidtracker.pages.site import absolute
from aidtracker.pages.tables import Item
from aidtracker.templatetags.formatting import UNKNOWN, plain
from projects.models import Observation, ScopeEntry, Series
from projects.models.finding_kinds import KINDS
from projects.reading import bounds, figures
from projects.reading.hedges import Qualifier, words_for
from projects.sums.overlaps import GROUNDS

EXAMPLES = (
    "9.11亿元",
    "2646家",
    "超过30亿元",
    "20多家",
    "5000余吨",
    "475余人",
    "近2000人",
    "约50万吨",
    "不足100家",
    "1—2万名",
    "近六成",
    "1万多亿元",
    "1亿2000万元",
    "三成五",
    "30来家",
    "43000亩",
    "最高10万元",
    "-1.2%",
    "3个亿",
    "约占三分之一",
    "18.3/10万",
    "80元/人·天",
    "一千五六百人",
    "千分之二点五",
)


@dataclass(frozen=True)
class ExampleReading:
    """One printed figure and what it is taken to allow, in the base unit."""

    printed: str
    hedge: str
    value: str
    interval: str
    unit: str


def example_readings():
    """A `ExampleReading` for each shape of figure the documents use."""
    return [reading(printed) for printed in EXAMPLES]


def reading(printed):
    figure = figures.parse(printed)
    value = plain(figure.value)
    if figure.value_high is not None:
        value = f"{value}—{plain(figure.value_high)}"
    return ExampleReading(
        printed=printed,
        hedge=QUALIFIER_WORDS[figure.qualifier],
        value=value,
        interval=interval(figure.lower, figure.upper),
        unit=figure.unit,
    )


def interval(lower, upper):
    """The bounds in words: 从 9 到 10; without an upper bound 不少于."""
    if lower is None and upper is None:
        return UNKNOWN
    if upper is None:
        return f"不少于 {plain(lower)}"
    if lower == upper:
        return f"恰为 {plain(lower)}"
    return f"{plain(lower)} 至 {plain(upper)}"


QUALIFIER_WORDS = {
    "exact": "没有修饰",
    "over": "超过、至少、以上",
    "more": "多、余、几",
    "nearly": "近、接近",
    "about": "约、来、左右",
    "under": "不足、最高、以下",
    "range": "范围",
}


def said(qualifier: Qualifier, *others: str) -> str:
    """The words of the table that say a hedge, and examples of what no word alone says."""
    return "、".join([*words_for(qualifier), *others])


def rules():
    """The rules of interpretation as (words, rule), with their constants."""
    percent = plain(bounds.ABOUT * 100)
    nearly = plain(bounds.NEARLY)
    return [
        ("没有修饰", "整数是确数；带小数或“万、亿”的数，印到哪一位就准到哪一位的一半。"),
        (
            f"末尾有{bounds.ROUND_ZEROS}个以上的零",
            "43000亩与4.3万亩一样，准到末位非零数字的一半；写明“共”或“整”的是确数。",
        ),
        (
            "超过、以上",
            "不少于所印的数，没有上限；（含）、（不含）不另作区别。"
            f"同类的说法：{said(Qualifier.OVER, '500元起', '上千家', '迈上千亿元')}。",
        ),
        (
            "多、余、几",
            "从所印的数到末位非零数字的下一档：20多家在 20 与 30 之间；"
            f"三分之一强，到再加十个百分点。同类的说法：{said(Qualifier.MORE)}。",
        ),
        (
            "近、接近",
            f"在所印的数的 {nearly} 倍与所印的数之间。同类的说法：{said(Qualifier.NEARLY)}。",
        ),
        (
            "约、左右、来",
            f"所印的数上下各 {percent}%。同类的说法：{said(Qualifier.ABOUT, '30来家')}。",
        ),
        (
            "不足、以下",
            f"在 0 与所印的数之间。同类的说法：{said(Qualifier.UNDER)}。",
        ),
        (
            "报纸的说法较宽",
            f"近从 {plain(bounds.NEARLY_LOOSELY)} 倍起，"
            f"约到上下 {plain(bounds.ABOUT_LOOSELY * 100)}%，只列为待看，不算矛盾。",
        ),
        (
            "一个数带两个修饰",
            "照容许得多的那个理解：“近3万以上”是以上；既说超过又说不足的，不收。",
        ),
        (
            "整个读",
            "1万多亿元、1亿2000万元、3个亿、三成五、壹佰万元、1 200万元都是一个数；"
            "认不全的不读，也不收从一个数里截出的一段（“21家”里的“1家”）。",
        ),
        ("负数", "“-、零下、负”：上面各条说的是它的大小。"),
        (
            "单位",
            "亩与公顷、公斤与吨等按定义换算；万美元不当作万元，人不当作户。"
            "没有单位的数只用于计数的指标；金额至少要有“万、亿”。",
        ),
        (
            "〔〕",
            "原文在别处说了的单位，由录入的人补在〔〕里："
            "“3.1、3.5、4.2亿元”的头一个记作 3.1〔亿元〕。",
        ),
        ("范围", "两端之间；“万”“亿”和单位管到两端。2、3家和一千五六百人也是范围。"),
        ("几十、数百", f"在 {bounds.VAGUE_LOW} 倍与 {bounds.VAGUE_HIGH} 倍之间，不取单一数值。"),
    ]


def last_change() -> datetime | None:
    """When a public figure last came or changed."""
    rows = Observation.objects.published().order_by("-updated_at")
    return rows.values_list("updated_at", flat=True).first()


def citation(request: HttpRequest) -> Citation:
    """The database as a whole."""
    name, address = settings.SITE["name"], absolute(request, "/")
    reference = own_reference(name, address, None, timezone.localdate())
    return Citation(f"据“{name}”（{address}）。", (reference,), address)


def scopes() -> list[tuple[str, list[ScopeEntry]]]:
    """The entries of the list of scopes by the aspect that tells them apart."""
    rows = ScopeEntry.objects.select_related("within").order_by("aspect", "code")
    return [(aspect, list(entries)) for aspect, entries in groupby(rows, attrgetter("aspect"))]


def method(request: HttpRequest) -> HttpResponse:
    """The page; with `?cite=` the reference of the database as a file."""
    cited = citation(request)
    if (chosen := request.GET.get("cite", "")) in REFERENCES:
        return cited.file(chosen)
    context = {
        "citation": cited,
        "updated": kept("last change", last_change),
        "references": [
            Item(label, f"{reverse('method')}?cite={code}")
            for code, (label, _) in REFERENCES.items()
        ],
        "rules": rules(),
        "readings": example_readings(),
        "finding_kinds": list(KINDS.values()),
        "natures": Observation.Nature.choices,
        "scopes": scopes(),
        "accumulations": Observation.Accumulation.choices,
        "grounds": [
            (Series._meta.get_field(kind).verbose_name, words) for kind, words in GROUNDS.items()
        ],
    }
    return render(request, "method.html", context)
