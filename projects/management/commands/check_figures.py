"""Check all published figures against each other and against the ledgers."""

from django.core.management.base import BaseCommand

from aidtracker.ground.batches import BATCH
from aidtracker.ground.processes import processors
from aidtracker.trail.acts import CommandActs
from projects.checks.recomputing import recompute
from projects.models import Finding, Observation, Review, Series
from projects.models.directions import WAYS, fault_of, way_of
from projects.models.places import places_of, with_texts
from projects.models.scope_entries import ScopeList


class Command(CommandActs, BaseCommand):
    help = "核对全部已发布的观测值，更新核对结果；人写的处理和说明保留。"

    def add_arguments(self, parser):
        words = "同时比较的进程数，默认与处理器一样多"
        parser.add_argument("--processes", type=int, default=processors(), help=words)

    def handle(self, *args, **options):
        counts = recompute(options["processes"])
        words = (f"{result.label}{counts[result]}条" for result in Finding.Result)
        self.stdout.write(f"核对完毕：{'，'.join(words)}。")
        kept = Finding.objects.filter(is_current=False).count()
        if kept:
            self.stdout.write(f"另有{kept}条处理过的已不再成立，留存。")
        self.report_places()
        self.report_directions()
        self.report_scopes()

    def report_scopes(self):
        """Name the series whose notes say what an entry that came later says."""
        known = ScopeList()
        for series in Series.objects.exclude(scope_note="").iterator(BATCH):
            named, _ = known.named_in(series.scope_note)
            if named:
                words = "、".join(map(str, named))
                self.stdout.write(f"序列“{series}”的范围说明里有范围条目“{words}”，请改用条目。")

    def report_places(self):
        """Name the figures whose words do not stand where they are said to."""
        wrong, placeless, lost = 0, 0, Observation.objects.lost().count()
        placed = Observation.objects.exclude(start=None)
        for row, text in with_texts(placed.only("source", "number", "start", "end", "printed")):
            if text and (fault := row.misplaced(text)):
                wrong += 1
                self.stdout.write(f"《{row.source}》第 {row.number} 号：{fault}")
        published = Observation.objects.filter(status=Review.PUBLISHED).placeless()
        for row, text in with_texts(published.only("source", "number", "printed")):
            if text:
                placeless += 1
                self.stdout.write(f"《{row.source}》第 {row.number} 号{placeless_words(row, text)}")
        if wrong:
            self.stdout.write(f"{wrong} 条的原文数字与所在文字不符，见上。")
        if placeless:
            self.stdout.write(f"{placeless} 条已发布、有全文而没有标出位置，见上。")
        if lost:
            self.stdout.write(f"{lost} 条在载入或替换全文后待重新定位。")

    def report_directions(self):
        """Name the figures stored as risen that fell, or the reverse."""
        counted = Observation.objects.filter(series__metric__formula__in=WAYS)
        for row, text in with_texts(counted.select_related("series__metric")):
            if fault := fault_of(row, way_of(row.series.metric), text):
                self.stdout.write(f"《{row.source}》第 {row.number} 号：{fault}")


def placeless_words(row: Observation, text: str) -> str:
    """That a published figure of a document with its text has no place in it, and which may be."""
    places = "、".join(f"起 {start} 止 {end}" for start, end in places_of(row, text))
    where = f"全文里在 {places}" if places else "全文里没有"
    return f"“{row.printed}”没有位置：{where}。"
