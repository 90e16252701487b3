"""Nothing that is not published reaches the public: not in words, counts, sums or choices."""

import re
import zipfile
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from aidtracker import testing
from aidtracker.api.sets import sets_of
from aidtracker.api.site import PREFIX
from aidtracker.ground.datasets import dataset_name, datasets, is_dataset, record_models
from aidtracker.opendata import kept
from aidtracker.opendata.registry import open_datasets
from aidtracker.pages import rates, sitemaps
from aidtracker.review.reviewed import Reviewed
from aidtracker.testing import (
    make_activity,
    make_agreement,
    make_assessment_round,
    make_award,
    make_batch,
    make_category,
    make_enterprise,
    make_headquarters,
    make_investment,
    make_metric,
    make_observation,
    make_outlet,
    make_pipeline,
    make_pipeline_case,
    make_pipeline_stage,
    make_program,
    make_project,
    make_project_plan,
    make_region,
    make_series,
    make_site,
    make_source,
    make_target,
)
from projects.checks.recomputing import recompute
from projects.models import Review, Series

pytestmark = pytest.mark.django_db

SECRET = "藏红花"
PINYIN = "canghonghua"
NUMBER = 73517351
HIDDEN_STATES = [state for state in Review if state != Review.PUBLISHED]


@pytest.fixture(autouse=True)
def _no_file_is_kept(monkeypatch):
    """Each file is made anew: a test is one transaction, and so of one edition on PostgreSQL."""
    monkeypatch.setattr(kept, "keep", lambda *args: None)


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    """How often one may ask is no matter here."""
    monkeypatch.setattr(rates, "RATES", ())


class Surroundings:
    """Public records of every kind, which the hidden rows name."""

    def __init__(self):
        self.region, self.city = make_region(), make_region()
        self.headquarters = make_headquarters(donor=self.city)
        self.below = make_headquarters(parent=self.headquarters)
        self.program = make_program(headquarters=self.headquarters)
        self.batch, self.category = make_batch(), make_category()
        self.enterprise = make_enterprise(region=self.region)
        self.site = make_site(region=self.region, operator=self.enterprise)
        self.activity = make_activity(site=self.site)
        self.source = make_source()
        self.metric = make_metric()
        self.project = make_project(headquarters=self.headquarters, total_amount=5)
        self.investment = make_investment(headquarters=self.headquarters)
        self.outlet = make_outlet(headquarters=self.headquarters)
        self.pipeline = make_pipeline()
        self.stages = {state: make_pipeline_stage(pipeline=self.pipeline) for state in Review}
        self.pipelinecase = make_pipeline_case(
            pipeline=self.pipeline, headquarters=self.headquarters, site=self.site
        )
        self.round = make_assessment_round()
        self.rated = [make_outlet() for _ in HIDDEN_STATES]
        self.series = make_series(metric=self.metric, region=self.region)
        self.observation = make_observation(
            series=self.series, source=self.source, number=1, printed="100家"
        )
        self.target = make_target(headquarters=self.headquarters, region=self.region, planned=7)
        self.award = make_award(site=self.site)
        self.agreement = make_agreement(activity=self.activity)

    @property
    def details(self):
        """An address for each kind of detail page."""
        names = {name.removesuffix("-detail") for name in page_names("-detail")} - {"finding"}
        return [self.row(name).get_absolute_url() for name in sorted(names)]

    def row(self, name):
        """The row of a model; of one that no hidden row names, a new one."""
        if not hasattr(self, name):
            makers = {model._meta.model_name: maker for model, maker in testing.MAKERS.items()}
            setattr(self, name, makers[name]())
        return getattr(self, name)


def hidden_project(at, state):
    return {
        "name": f"{SECRET}项目{state}",
        "headquarters": at.headquarters,
        "regions": [at.region],
        "programs": [at.program],
        "site": at.site,
        "batch": at.batch,
        "category": at.category,
        "total_amount": NUMBER,
        "planned_amount": NUMBER,
    }


def hidden_investment(at, state):
    return {
        "name": f"{SECRET}招商{state}",
        "headquarters": at.headquarters,
        "investor": at.enterprise,
        "origin": at.city,
        "region": at.region,
        "site": at.site,
        "programs": [at.program],
        "agreed_amount": NUMBER,
        "arrived_amount": NUMBER,
        "jobs": NUMBER,
    }


def hidden_subsidy(at, state):
    return {
        "name": f"{SECRET}补贴{state}",
        "headquarters": at.headquarters,
        "enterprise": at.enterprise,
        "region": at.region,
        "program": at.program,
        "project": at.project,
        "policy": at.row("policy"),
        "starts_on": "1735",
        "basis": SECRET,
        "amount": NUMBER,
        "moved": "insured",
        "moved_amount": NUMBER,
    }


def hidden_case(at, state):
    return {
        "name": f"{SECRET}事项{state}",
        "pipeline": at.pipeline,
        "headquarters": at.headquarters,
        "enterprise": at.enterprise,
        "region": at.region,
        "site": at.site,
        "program": at.program,
        "activity": at.activity,
        "dropped_reason": SECRET,
    }


def hidden_entry(at, state):
    """Of a public case: only the entry is hidden."""
    stage = at.stages[state]
    return {"case": at.pipelinecase, "stage": stage, "entered_on": "1735", "note": SECRET}


def hidden_scheme(at, state):
    return {
        "name": f"{SECRET}办法{state}",
        "assessed": "outlet",
        "headquarters": at.headquarters,
        "program": at.program,
        "policy": at.row("policy"),
        "award_name": SECRET,
        "level": "other",
        "grantor": SECRET,
    }


def hidden_assessment(at, state):
    return {
        "round": at.round,
        "number": HIDDEN_STATES.index(state) + 1,
        "outlet": at.rated[HIDDEN_STATES.index(state)],
        "note": SECRET,
    }


def hidden_target(at, state):
    return {
        "name": f"{SECRET}任务{state}",
        "headquarters": at.headquarters,
        "parent": at.target,
        "region": at.region,
        "site": at.site,
        "program": at.program,
        "project": at.project,
        "starts_on": "1735",
        "ends_on": "1736",
        "unit": "场",
        "planned": NUMBER,
        "done": NUMBER,
        "note": SECRET,
    }


def hidden_outlet(at, state):
    return {
        "name": f"{SECRET}网点{state}",
        "headquarters": at.headquarters,
        "city": at.city,
        "platform": at.enterprise,
        "operator": at.enterprise,
        "program": at.program,
    }


def hidden_observation(at, state):
    """A figure that contradicts a public one."""
    number = HIDDEN_STATES.index(state) + 2
    words = {"attributed_to": SECRET, "note": SECRET, "rank": "preferred", "rank_reason": SECRET}
    return {
        **words,
        "series": at.series,
        "source": at.source,
        "number": number,
        "printed": f"{NUMBER}家",
    }


def report_of(name, at, state, **values):
    number = HIDDEN_STATES.index(state) + 1
    return {
        name: getattr(at, name),
        "month": testing.MONTH.replace(month=number),
        "note": SECRET,
        **values,
    }


HIDDEN = {
    "Observation": hidden_observation,
    "Project": hidden_project,
    "Investment": hidden_investment,
    "Subsidy": hidden_subsidy,
    "PipelineCase": hidden_case,
    "StageEntry": hidden_entry,
    "AssessmentScheme": hidden_scheme,
    "Assessment": hidden_assessment,
    "Target": hidden_target,
    "Outlet": hidden_outlet,
    "ProjectPlan": lambda at, state: {
        "project": at.project,
        "number": HIDDEN_STATES.index(state) + 1,
        "amount": NUMBER,
        "target": SECRET,
        "reason": SECRET,
    },
    "Milestone": lambda at, state: {
        "project": at.project,
        "number": HIDDEN_STATES.index(state) + 1,
        "name": SECRET,
    },
    "ProgressReport": lambda at, state: report_of(
        "project", at, state, physical_progress=SECRET, work_done_to_date=NUMBER
    ),
    "InvestmentReport": lambda at, state: report_of(
        "investment", at, state, physical_progress=SECRET, arrived_to_date=NUMBER
    ),
    "OutletReport": lambda at, state: report_of("outlet", at, state, problems=SECRET, sales=NUMBER),
    "JobsReport": lambda at, state: report_of(
        "site", at, state, headquarters=at.headquarters, jobs=NUMBER, attributed_to=SECRET
    ),
    "TrainingReport": lambda at, state: report_of("headquarters", at, state, trainees=NUMBER),
    "TargetReport": lambda at, state: report_of(
        "target", at, state, problems=SECRET, done_to_date=NUMBER
    ),
    "Revision": lambda at, state: {
        "row": at.project,
        "correction_reason": SECRET,
        "values": {"name": [at.project.name, SECRET]},
    },
}


def reviewed_models():
    return {
        model.__name__: model
        for model in apps.get_models()
        if issubclass(model, Reviewed) and not model.__name__.startswith("Historical")
    }


def page_names(ending):
    """The names of public addresses with that ending."""
    names = (name for name in get_resolver().reverse_dict if isinstance(name, str))
    return sorted(name for name in names if name.endswith(ending))


def make_hidden(at):
    """A row of each reviewed model in each state in which it is not public."""
    rows = []
    for name, model in reviewed_models().items():
        maker = getattr(testing, f"make_{maker_name(model)}")
        rows += [
            maker(**HIDDEN[name](at, state), **{model.REVIEW: state}) for state in HIDDEN_STATES
        ]
    return rows


def maker_name(model):
    """ProgressReport → progress_report, as the makers are called."""
    return "".join(
        f"_{letter.lower()}" if letter.isupper() else letter for letter in model.__name__
    ).lstrip("_")


def make_hidden_report(at):
    """An internal report none of whose figures is public."""
    report = make_source(
        code="report-x",
        title=f"{SECRET}月报",
        kind="report",
        text=f"{NUMBER}家{SECRET}",
        publisher=SECRET,
    )
    figure = {"source": report, "printed": f"{NUMBER}家", "start": 0, "end": 9}
    make_observation(series=at.series, status=Review.DRAFT, **figure)
    return report


def make_published_about_hidden(at, rows):
    """Published rows about what is not: their words would give it away."""
    subjects = [row for row in rows if type(row).__name__ in ("Project", "Investment", "Outlet")]
    for number, row in enumerate(subjects, 50):
        kind = row._meta.model_name
        series = make_series(metric=at.metric, name=f"{row.name}的序列", **{kind: row})
        figure = {"source": at.source, "number": number, "printed": f"{NUMBER}家"}
        make_observation(series=series, note=SECRET, **figure)
        maker = "progress_report" if kind == "project" else f"{kind}_report"
        getattr(testing, f"make_{maker}")(**{kind: row}, review=Review.PUBLISHED, note=SECRET)
        if kind == "project":
            testing.make_project_party(project=row, enterprise=at.enterprise)
            testing.make_project_plan(project=row, review=Review.PUBLISHED, target=SECRET)
            testing.make_milestone(project=row, name=SECRET)
            target = make_target(name=SECRET, project=row, region=at.region, planned=NUMBER)
            testing.make_target_report(target=target, review=Review.PUBLISHED, problems=SECRET)
    for row in rows:
        if type(row).__name__ == "PipelineCase":
            testing.make_stage_entry(case=row, stage=at.stages[Review.PUBLISHED], note=SECRET)
            testing.make_follow_up(case=row, next_step=SECRET)


def conditions_of(name):
    """What a public list can be narrowed by."""
    view = getattr(resolve(reverse(name)).func, "view_class", None)
    return view.filterset_class.base_filters if view else {}


def sets():
    """The datasets of the API."""
    views = [resolve(reverse(name)).func for name in page_names("-list")]
    pages = [getattr(view, "view_class", None) for view in views]
    return sets_of(page for page in pages if page and is_dataset(page.model))


def body(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    content = b"".join(response) if response.streaming else response.content
    return re.sub(r"(?<=T)[0-9:.]{8,}(?=[+Z])", "", content.decode())  # when it was asked for


def addresses(at):
    """Home, search, every list as a page, narrowed, as a file and for programs, and a page of every
    kind."""
    lists = [reverse(name) for name in page_names("-list")]
    files = [f"{address}?download=csv" for address in lists]
    files += [reverse(name) for name in page_names("-list-table-json-file")]
    files += [f"{PREFIX}{one.place}" for one in sets().values()]
    searches = [f"{address}?q={NUMBER}" for address in [*lists, reverse("search")]]
    return [reverse("home"), *lists, *files, *searches, *at.details, *open_data(), *others(at)]


def others(at):
    """What stands beside the lists: pages over all records, feeds, exchange formats, a past day."""
    today = timezone.localdate()
    names = ("compare", "timeline", "matters", "briefings", "english", "method", "sitemap-page")
    files = ("iati-activities", "iati-organisations", "sdmx-figures", "sdmx-structure")
    feeds = ("feed", "feed-json", "sitemap-index")
    past = [f"{PREFIX}{one.place}?as_of={today}" for one in sets().values() if one.has_past]
    screens = [reverse("screen", args=[one.slug]) for one in (at.headquarters, at.below)]
    about = [
        reverse("feed-of", args=[place, row.slug])
        for place, row in (("regions", at.region), ("headquarters", at.headquarters))
    ]
    maps = [reverse("sitemap", args=one) for one in sitemaps.files()]
    return [*map(reverse, (*names, *files, *feeds)), *past, *screens, *about, *maps]


def open_data():
    """The catalogue as pages and for programs, and whole datasets as files."""
    files = [f"/data/{name}.jsonl" for name in open_datasets()]
    return [reverse("data"), reverse("data-package"), *files]


def test_every_reviewed_model_has_hidden_rows_to_look_for():
    assert set(reviewed_models()) == set(HIDDEN)


def test_every_kind_of_page_is_looked_at():
    assert len(Surroundings().details) == len(page_names("-detail")) - 1


def test_public_pages_and_files_do_not_change_with_hidden_rows(client):
    at = Surroundings()
    before = {address: body(client, address) for address in addresses(at)}

    rows = make_hidden(at)
    make_published_about_hidden(at, rows)
    make_hidden_report(at)
    recompute()

    after = {address: body(client, address) for address in addresses(at)}
    assert [address for address in before if after[address] != before[address]] == []


def test_files_of_all_data_do_not_name_hidden_rows(client, tmp_path):
    """In the files that cannot be compared byte by byte, and with what the rows themselves say."""
    at = Surroundings()
    rows = make_hidden(at)
    make_published_about_hidden(at, rows)
    report = make_hidden_report(at)
    for row in vars(at).values():
        if hasattr(row, "sources"):
            row.sources.add(report)
    for name in ("aidtracker.sqlite", "aidtracker.zip"):
        response = client.get(f"/data/{name}")
        (tmp_path / name).write_bytes(b"".join(response.streaming_content))
    with zipfile.ZipFile(tmp_path / "aidtracker.zip") as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    texts.append((tmp_path / "aidtracker.sqlite").read_bytes().decode(errors="ignore"))
    secrets = (SECRET, PINYIN, "report-x", str(NUMBER))
    assert [word for word in secrets for text in texts if word in text] == []


def test_searches_and_conditions_do_not_name_hidden_rows(client):
    at = Surroundings()
    rows = make_hidden(at)
    make_published_about_hidden(at, rows)
    asked = {f"{reverse('search')}?q={words}" for words in ("项目draft", PINYIN, "canghong")}
    named = [row for row in rows if hasattr(row, "slug")]
    # A list that knows no such condition says so without looking for the row: one is enough.
    firsts = urlencode({row._meta.model_name: row.slug for row in reversed(named)})
    for name in page_names("-list"):
        known = [row for row in named if row._meta.model_name in conditions_of(name)]
        asked |= {f"{reverse(name)}?{row._meta.model_name}={row.slug}" for row in known}
        asked.add(f"{reverse(name)}?{firsts}")

    assert [address for address in asked if SECRET in body(client, address)] == []


def test_pages_of_hidden_rows_are_not_there(client):
    at = Surroundings()
    rows = make_hidden(at)
    make_published_about_hidden(at, rows)
    pages = [row.get_absolute_url() for row in rows if hasattr(row, "get_absolute_url")]
    pages += [row.get_absolute_url() for row in Series.objects.filter(name__contains=SECRET)]
    pages += [
        row.get_absolute_url()
        for series in Series.objects.filter(name__contains=SECRET)
        for row in series.observations.all()
    ]
    assert len(pages) == 40 + 15 + 15 + 5
    pages += [f"{PREFIX}{page.strip('/')}" for page in pages]

    assert {client.get(address).status_code for address in pages} == {404}


def test_internal_report_is_public_with_its_first_figure(client):
    at = Surroundings()
    report = make_hidden_report(at)
    at.project.sources.add(report)
    make_project_plan(project=at.project, source=report, review=Review.PUBLISHED)
    sources = reverse("source-list")
    asked = f"{reverse('search')}?q={report.code}"
    pages = [sources, f"{sources}?download=csv", asked, at.project.get_absolute_url()]

    def found():
        return [SECRET in body(client, address) for address in pages]

    assert client.get(report.get_absolute_url()).status_code == 404
    assert found() == [False] * 4
    report.observations.update(status=Review.PUBLISHED)
    assert client.get(report.get_absolute_url()).status_code == 200
    assert found() == [True] * 4


def cite_everywhere(at, report):
    """Let every public record that can cite documents, and a plan, cite a report."""
    for row in vars(at).values():
        if hasattr(row, "sources"):
            row.sources.add(report)
    make_project_plan(project=at.project, source=report, review=Review.PUBLISHED)


@pytest.mark.once
def test_no_page_or_file_names_an_internal_report_that_is_not_public(client, tmp_path):
    at = Surroundings()
    report = make_hidden_report(at)
    cite_everywhere(at, report)
    named = [one for one in addresses(at) if report.code in body(client, one)]
    for name in datasets():
        path = tmp_path / f"{name}.csv"
        call_command("export", name, output=str(path))
        named += [name] if report.code in path.read_text("utf-8-sig") else []
    assert named == []


@pytest.mark.once(but=6)
@pytest.mark.parametrize("model", reviewed_models().values(), ids=lambda model: model.__name__)
def test_export_leaves_hidden_rows_out_unless_asked(model, tmp_path):
    at, name = Surroundings(), dataset_name(model)
    public, whole = tmp_path / "public.csv", tmp_path / "all.csv"
    call_command("export", name, output=str(public))
    before = public.read_text("utf-8-sig")
    make_published_about_hidden(at, make_hidden(at))

    call_command("export", name, output=str(public))
    call_command("export", name, output=str(whole), all=True)

    assert public.read_text("utf-8-sig") == before
    assert len(whole.read_text("utf-8-sig").splitlines()) > len(before.splitlines())


def test_every_dataset_says_which_rows_are_public():
    for model in record_models():
        model.objects.published().exists()
