"""Whatever stands in an address or a file is answered: by a page or a sentence, not an error."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidtracker.tests.foreign_rows import RECORDS, model_id, page_of
from projects.models import Observation, Project

pytestmark = pytest.mark.django_db

LISTS = ("/projects/", "/observations/", "/series/", "/sources/", "/enterprises/", "/search/")
NAMES = (
    *(
        "q",
        "page",
        "sort",
        "o",
        "p",
        "headquarters",
        "region",
        "year",
        "category",
        "status",
        "kind",
    ),
    *(
        "as_of",
        "from",
        "to",
        "month",
        "source",
        "metric",
        "review__exact",
        "headquarters__id__exact",
    ),
    *("total_amount__gt", "work", "e", "all", "_facets", "download", "name__startswith"),
)
WORDS = st.text(max_size=20) | st.sampled_from(
    ["0", "-1", "99999999999999999999", "1e400", "NaN", "2026-13", "2026-02-30", "\x00", "é" * 19]
)
QUERIES = st.dictionaries(st.sampled_from(NAMES), WORDS, max_size=4)
CELLS = st.lists(st.lists(WORDS, min_size=1, max_size=5), max_size=6)
# Each example is a request with a database of its own state; none changes anything.
FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
# Read, refused in a sentence, led elsewhere, or too often.
ANSWERED = {200, 302, 400, 403, 404, 405, 413, 429}


@pytest.mark.parametrize("address", LISTS)
def test_lists_that_are_asked_are_there(client, address):
    assert client.get(address).status_code == 200


@FEW
@given(address=st.sampled_from(LISTS), query=QUERIES)
def test_any_filter_of_a_public_list_is_answered(client, address, query):
    assert client.get(address, query).status_code in ANSWERED


@FEW
@given(model=st.sampled_from([Project, Observation]), query=QUERIES)
def test_any_filter_of_a_list_of_the_admin_is_answered(admin_client, model, query):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    assert admin_client.get(reverse(name), query).status_code in ANSWERED


@pytest.mark.once(but=7)
@pytest.mark.parametrize("model", RECORDS, ids=model_id)
def test_form_that_says_nothing_is_answered(admin_client, model):
    assert admin_client.post(page_of(model, "add"), {}).status_code in ANSWERED


@FEW
@given(cells=CELLS, headings=st.booleans())
def test_any_cells_of_an_import_are_answered(admin_client, cells, headings):
    file = io.StringIO()
    first = [["项目编号", "名称", "援疆指挥部", "总投资", "计划开工"]] if headings else []
    csv.writer(file).writerows([*first, *cells])
    sent = SimpleUploadedFile("file.csv", file.getvalue().encode("utf-8", "replace"))
    answer = admin_client.post(reverse("admin:projects_project_import"), {"file": sent})
    assert answer.status_code in ANSWERED


@FEW
@given(content=st.binary(max_size=300), ending=st.sampled_from(["csv", "xlsx", "xls"]))
def test_any_file_of_an_import_is_answered(admin_client, content, ending):
    sent = SimpleUploadedFile(f"file.{ending}", content)
    answer = admin_client.post(reverse("admin:projects_project_import"), {"file": sent})
    assert answer.status_code in ANSWERED
