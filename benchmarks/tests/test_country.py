"""The synthetic country: the same for the same seed, and just what the program would store."""

import hashlib
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Field, Model

from aidtracker.ground.datasets import record_models
from aidtracker.ground.history import links_of
from aidtracker.ground.records import SlugFromPinyinField, UpdatedAtField, VersionField
from aidtracker.testing import make_program
from benchmarks.country.making import Country
from benchmarks.country.sizes import DOCUMENTS, Sizes
from programs.models import Headquarters, Program, Source
from projects.models import Finding, Metric, Observation, OutletReport, Project, Series, WarningRule

SMALL = 500
# Of the rows below with seed 1; changes when what the country is like changes, on purpose.
KNOWN = "4f88145903fd3d64"
SAID = {
    Observation: ("source__code", "number", "printed", "series__name", "status", "value", "as_of"),
    Project: ("code", "name", "headquarters__name", "total_amount", "review"),
    OutletReport: ("outlet__name", "month", "sales"),
}
SAMPLE = 40
COMPUTED = {Finding, WarningRule}  # by the program itself, or its fixtures


def digest() -> str:
    """A hash of what the main tables say, the same on every database."""
    found = hashlib.sha256()
    for model, fields in SAID.items():
        for row in model.objects.order_by("pk").values_list(*fields):
            found.update(" ".join(map(plain, row)).encode())
    return found.hexdigest()[:16]


def plain(value: object) -> str:
    return f"{value:.3f}" if hasattr(value, "quantize") else str(value)


@pytest.fixture
def country(empty: None) -> Country:
    country = Country(SMALL, seed=1)
    country.make()
    return country


def test_same_seed_gives_the_same_rows(country):
    assert digest() == KNOWN


@pytest.mark.once
def test_other_seed_gives_other_rows(empty):
    Country(SMALL, seed=2).make()

    assert digest() != KNOWN


def sample() -> Iterator[tuple[type[Model], list[Model]]]:
    """Some rows of each table, the first and the last among them."""
    for model in record_models():
        keys = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
        chosen = {*keys[:1], *keys[-1:], *keys[:: len(keys) // SAMPLE + 1]}
        yield model, list(model._base_manager.filter(pk__in=chosen).order_by("pk"))


def stored(row: Model, fields: list[Field]) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in fields}


def own_fields(model: type[Model]) -> list[Field]:
    """What a row says itself; its version and moment are counted, not computed."""
    counted = (UpdatedAtField, VersionField)
    return [field for field in model._meta.concrete_fields if not isinstance(field, counted)]


def test_rows_are_valid_and_hold_what_the_program_computes(country):
    country.check()
    for model, rows in sample():
        fields = own_fields(model)
        for row in rows:
            before = stored(row, fields)
            row.full_clean()
            for field in fields:
                field.pre_save(row, False)
                if isinstance(field, SlugFromPinyinField):
                    assert before[field.attname].startswith(field.stem(row))
            assert stored(row, fields) == before


def test_states_are_what_the_program_keeps(country):
    for model, rows in sample():
        states = {state.id: state for state in model.history.order_by("history_id")}
        links = links_of(rows)
        tracked = model.history.model.tracked_fields
        for row in rows:
            assert stored(states[row.pk], tracked) == stored(row, tracked)
            assert states[row.pk].links == links.get(row.pk, {})
            assert states[row.pk].act is not None


@pytest.mark.once
def test_corrected_figures_were_recorded_wrongly_first(country):
    row = Observation.objects.filter(version=2).first()
    first, last = row.history.order_by("history_id")

    assert (first.history_type, first.version, first.printed) == ("+", 1, f"约{row.printed}")
    assert (last.history_type, last.version, last.printed) == ("~", 2, row.printed)
    assert first.lower < last.lower


@pytest.mark.once
def test_figures_stand_in_their_documents(country):
    for row in Observation.objects.select_related("source"):
        assert row.source.text[row.start : row.end] == row.printed
        assert row.paragraph == row.found_paragraph()


@pytest.mark.once
def test_series_are_named_as_they_name_themselves(country):
    for row in Series.objects.with_subjects():
        name, row.name = row.name, ""
        row.clean()
        assert row.name == name


@pytest.mark.once
def test_figures_contradict_each_other_here_and_there(country):
    country.check()
    contradictions = Finding.objects.filter(result=Finding.Result.CONTRADICTION)

    assert {"conflict", "growth"} <= {*contradictions.values_list("kind", flat=True)}
    assert 0 < contradictions.count() < SMALL / 20


def test_new_rows_are_numbered_after_the_others(country):
    last = Program.objects.order_by("-pk").first()

    assert make_program().pk > last.pk


def test_database_with_other_data_is_refused(db):
    with pytest.raises(CommandError, match="合成数据只写入空的数据库"):
        call_command("make_country", observations=SMALL)


def test_command_makes_and_checks(empty, capsys):
    call_command("make_country", observations=100, seed=3)

    assert Observation.objects.count() == 100
    assert Finding.objects.exists()
    assert WarningRule.objects.exists()
    assert capsys.readouterr().out.endswith("完成\n")


@pytest.mark.once
def test_everything_is_visibly_made_up(country):
    for model in (Headquarters, Program, Project, Metric, Series):
        assert not model.objects.exclude(name__startswith="示例").exists()
    assert not Source.objects.exclude(title__startswith="示例").exists()
    assert Observation.objects.published().exists()


@pytest.mark.parametrize("observations", [1, 500, 10_000, 123_457, 1_000_000])
def test_documents_hold_all_figures(observations):
    documents = Sizes(observations).documents

    assert sum(documents) == observations
    assert (max(documents) == max(DOCUMENTS)) == (observations >= 10_000)
