"""The real data: complete, in agreement with the documents, and the same after load and dump."""

import json
import re
import shutil
from io import StringIO
from itertools import chain

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.commands import loaddata

from aidtracker.ground.datasets import (
    dataset_model,
    dataset_name,
    datasets,
    declared,
    record_models,
    references,
)
from aidtracker.ground.keys import follow
from aidtracker.storage.fixtures import (
    dump_dataset,
    fixture_path,
    fixture_paths,
    load_dataset,
    load_fixtures,
)
from aidtracker.testing import make_headquarters, make_source
from programs.models import Headquarters, Pairing, Region, Source
from projects.models import Award, Finding, Observation, SkippedPhrase
from projects.models.observations import COMPUTED
from projects.monthly.totals import metric_names
from projects.reading import phrases

pytestmark = pytest.mark.django_db

DOCUMENTS = sorted(settings.SOURCES_DIR.glob("*.txt"))
needs_documents = pytest.mark.skipif(not DOCUMENTS, reason="the documents' texts are not here")
LOADED = [name for name, path in fixture_paths().items() if path.exists()]


def document(path):
    return Source.objects.get(code=path.stem), path.read_bytes().decode("utf-8")


@pytest.mark.once
@pytest.mark.parametrize("name", LOADED)
def test_fixture_rows_are_valid(name):
    for row in dataset_model(name).objects.all():
        row.full_clean(validate_unique=False)


@pytest.mark.parametrize("name", LOADED)
def test_fixture_dumped_is_the_file_that_was_loaded(name):
    assert dump_dataset(name) == fixture_paths()[name].read_text(encoding="utf-8")


def test_fixtures_loaded_again_change_nothing():
    before = {name: list(dataset_model(name).objects.values()) for name in LOADED}
    counts = load_fixtures()
    assert [new for new, old in counts.values()] == [0] * len(fixture_paths())
    assert {name: list(dataset_model(name).objects.values()) for name in LOADED} == before


@pytest.fixture
def folder(tmp_path, settings):
    """A copy of the fixtures, which is the folder that is loaded and dumped."""
    settings.FIXTURE_DIRS = [shutil.copytree(settings.FIXTURE_DIRS[0], tmp_path / "fixtures")]
    return settings.FIXTURE_DIRS[0]


@pytest.mark.once(but=5)
@pytest.mark.parametrize("name", ["awards", "groups"])
@pytest.mark.parametrize("content", [None, "", "[]", "{", '[{"model": "auth.user"}]'])
def test_fixture_missing_empty_or_of_something_else_is_named(folder, name, content):
    path = folder / f"{name}.json"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=path.name):
        load_fixtures()


def test_file_of_no_dataset_is_named(folder):
    (folder / "12_projects.json").write_text("[]", encoding="utf-8")
    with pytest.raises(CommandError, match=r"12_projects\.json"):
        load_fixtures()


def test_dumping_a_dataset_without_rows_writes_nothing(folder):
    before = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    SkippedPhrase.objects.all().delete()
    with pytest.raises(CommandError, match=r"skipped_phrases\.json"):
        call_command("dump_fixtures")
    assert {path.name: path.read_bytes() for path in folder.glob("*.json")} == before


def test_computed_rows_have_a_file_once_a_person_worked_on_them(folder):
    call_command("dump_fixtures", stdout=StringIO())
    assert not (folder / "findings.json").exists()
    Finding.objects.filter(pk__in=Finding.objects.values("pk")[:1]).update(
        state="explained", explanation="口径不同。"
    )
    call_command("dump_fixtures", stdout=StringIO())
    assert len(json.loads((folder / "findings.json").read_text(encoding="utf-8"))) == 1
    assert load_fixtures()["findings"] == (0, 1)


def test_source_of_a_headquarters_is_loaded_before_it(folder):
    office = make_headquarters()
    make_source(code="internal", maintainer=office)
    call_command("dump_fixtures", stdout=StringIO())
    Source.objects.filter(code="internal").delete()
    office.delete()
    load_fixtures()
    assert Source.objects.get(code="internal").maintainer.name == office.name


def test_every_dataset_is_loaded_after_what_it_refers_to():
    names, models = list(datasets()), record_models()
    assert sorted(names) == sorted(dataset.name for dataset in declared())
    for at, model in enumerate(models):
        later = {*models[at + 1 :]}
        assert references(model, are_firm=True) & later == set()
        # Places and sources can do without who keeps them, not a headquarters without these.
        assert references(model, are_firm=False) & later <= {Headquarters}


def test_order_is_that_of_the_declarations_where_nothing_else_decides():
    order = [name for name in datasets() if name.endswith("_reports")]
    assert order == [one.name for one in declared() if one.name.endswith("_reports")]


def empty_the_record():
    for model in reversed(record_models()):
        for table in (*(one.remote_field.through for one in model._meta.many_to_many), model):
            rows = table._base_manager.all()
            rows._raw_delete(rows.db)


def test_stock_loaddata_loads_the_files_in_their_order():
    empty_the_record()
    paths = [fixture_path("groups"), *(fixture_paths()[name] for name in LOADED)]
    call_command(loaddata.Command(), *paths, verbosity=0)
    for name in LOADED:
        assert dump_dataset(name) == fixture_paths()[name].read_text(encoding="utf-8")


def test_own_loaddata_loads_a_dataset_by_its_name():
    Award.objects.all().delete()
    call_command("loaddata", "awards", verbosity=0)
    assert dump_dataset("awards") == fixture_path("awards").read_text(encoding="utf-8")
    assert Award.objects.exclude(search_text="").count() == Award.objects.count()


def by_key(items):
    """Rows of a fixture as texts, in any order and with what they are linked to in any order."""
    for item in items:
        for name, value in item["fields"].items():
            if isinstance(value, list):
                item["fields"][name] = sorted(map(str, value))
    return sorted(map(str, items))


def test_dumpdata_writes_what_stock_loaddata_reads():
    names = {"natural_foreign": True, "natural_primary": True}
    for name in LOADED:
        written = StringIO()
        call_command("dumpdata", dataset_model(name)._meta.label, stdout=written, **names)
        known = json.loads(fixture_paths()[name].read_text(encoding="utf-8"))
        assert by_key(json.loads(written.getvalue())) == by_key(known)


def test_fixtures_keep_what_staff_changed():
    Region.objects.filter(code="652901").update(note="改过的备注")
    load_dataset("regions", keep_existing=True, later=[])
    assert Region.objects.get(code="652901").note == "改过的备注"


def test_fixtures_overwrite_when_asked():
    Source.objects.update(note="改过的备注", text="全文")
    counts = load_dataset("sources", keep_existing=False, later=[])
    assert counts == (0, Source.objects.count())
    assert not Source.objects.filter(note="改过的备注").exists()
    assert set(Source.objects.values_list("text", flat=True)) == {"全文"}


def test_loaddata_keeps_texts_and_search_text():
    Source.objects.filter(code=LOADED_SOURCE).update(text="全文")
    call_command("loaddata", fixture_paths()["sources"], verbosity=0)
    source = Source.objects.get(code=LOADED_SOURCE)
    assert source.text == "全文"
    assert list(Source.objects.search("xjrb")) == list(Source.objects.search("新疆日报"))


LOADED_SOURCE = "004_6a84046f1e9a8042"


def test_observation_values_agree_with_their_printed_words():
    for row in Observation.objects.with_subjects():
        stored = [getattr(row, name) for name in COMPUTED]
        row.clean()
        assert [getattr(row, name) for name in COMPUTED] == stored, row


@needs_documents
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_observations_stand_at_their_offsets(path):
    source, text = document(path)
    for row in source.observations.all():
        assert re.sub(r"\s+", " ", text[row.start : row.end]) == row.printed


@needs_documents
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_observations_are_numbered_in_reading_order(path):
    source, _ = document(path)
    starts = list(source.observations.order_by("number").values_list("start", flat=True))
    assert starts == sorted(starts)


@needs_documents
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_numeric_phrase_is_recorded_or_skipped(path):
    source, text = document(path)
    found = phrases.coverage(
        phrases.find(text),
        list(source.observations.values_list("start", "end")),
        list(source.skipped_phrases.values_list("start", "end")),
    )
    assert [text[phrase.start : phrase.end] for phrase in found.open] == []


@needs_documents
def test_no_sentence_of_a_document_is_in_the_fixtures():
    """Notes are our own words: no 24 characters in a row of a note stand in a document."""
    texts = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    copied = []
    for name in LOADED:
        for item in json.loads(fixture_paths()[name].read_text(encoding="utf-8")):
            words = " ".join(
                item["fields"].get(field) or "" for field in ("note", "definition", "subject")
            )
            pieces = (words[at : at + 24] for at in range(max(0, len(words) - 23)))
            copied += [piece for piece in pieces if piece in texts]
    assert copied == []


def test_every_record_names_its_source():
    models = record_models()
    without = chain.from_iterable(
        model.objects.filter(sources=None)
        for model in models
        if any(field.name == "sources" for field in model._meta.many_to_many)
    )
    # What the headquarters' own ledgers add up to is defined here, not in a document.
    assert [row for row in without if row.name not in metric_names()] == []


def test_natural_keys_are_single_in_every_dataset():
    for name in datasets():
        keys = [row.natural_key() for row in dataset_model(name).objects.all()]
        assert len(keys) == len(set(keys)), name


def test_dataset_names_lead_to_models_and_back():
    assert [dataset_name(dataset_model(name)) for name in datasets()] == list(datasets())


def recipients_since(year):
    """Codes of places that provincial donors (and Shenzhen) aid wholly, as of a year."""
    rows = Pairing.objects.filter(
        kind="comprehensive", valid_from__gte="2010", valid_from__lte=year
    )
    donors = rows.filter(donor__level="province") | rows.filter(donor__code="440300")
    return set(donors.values_list("recipient__code", "recipient__level"))


@pytest.mark.parametrize(("year", "counties", "divisions"), [("2010", 82, 12), ("2014", 86, 14)])
def test_pairings_count_as_published(year, counties, divisions):
    levels = [level for code, level in recipients_since(year)]
    assert (levels.count("county"), levels.count("division")) == (counties, divisions)


def test_zhejiang_ninth_batch_is_as_the_article_says():
    figures = Observation.objects.filter(
        series__headquarters__name="浙江省援疆指挥部",
        source__code__startswith="001_",
        number__lte=2,
    ).order_by("number")
    assert [(row.printed, row.value) for row in figures] == [
        ("9.11 亿元", 911000000),
        ("176 个", 176),
    ]


def test_seven_awards_went_to_six_counties():
    awards = Award.objects.filter(name__contains="电子商务进农村综合示范县", level="national")
    assert (awards.count(), awards.values("region").distinct().count()) == (7, 6)


def test_former_county_leads_to_the_city_it_became():
    assert follow(Region.objects.get(code="652923"), "replaced_by__code") == "652902"


def test_skipped_phrases_of_persons_say_so():
    private = SkippedPhrase.objects.filter(reason="private")
    assert private.count() == private.exclude(note="").count() > 0
