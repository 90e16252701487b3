"""That somebody else has a row of a code or name is told by no door: by no error, address, file."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aidtracker.ground.scope import NOT_FREE
from aidtracker.tests.foreign_rows import filled, model_id, owned_by, page_of
from aidtracker.trail.models import Act
from programs.models import Source
from projects.models import Investment, Outlet, ProgressReport, Project

pytestmark = pytest.mark.django_db

KEYS = {Project: "code", Investment: "code", Source: "code", Outlet: "name"}
TOLD = re.compile("已存在|已有同|其他指挥部|不归您")


@pytest.fixture(params=KEYS, ids=model_id)
def model(request):
    return request.param


def typed(world, row, **changed):
    """Change a row of one's own in its form; what is wrong with it."""
    form = page_of(row, "change")
    sent = filled(world.quick.get(form)) | changed
    page = world.quick.post(form, sent).context_data
    return page["adminform"].form.errors if page else {}


def refusals():
    """What the trail keeps of who tries what is not theirs."""
    return [line for act in Act.objects.filter(way=Act.Way.REFUSED) for line in act.details]


def imported(world, model, headings, *cells):
    """What an import of one row says of it, with the key itself left out."""
    text = "\n".join([",".join(headings), ",".join(cells)])
    file = SimpleUploadedFile("file.csv", text.encode("utf-8-sig"))
    page = world.client.post(page_of(model, "import"), {"file": file}).content.decode()
    return page.replace(cells[0], "…")


def test_form_says_only_that_a_key_cannot_be_used(world, model):
    theirs, name = owned_by(world.theirs, model), KEYS[model]
    page = world.quick.post(page_of(model, "add"), {name: getattr(theirs, name)})
    label = model._meta.get_field(name).verbose_name
    assert page.context_data["adminform"].form.errors[name] == [f"这个{label}{NOT_FREE}"]
    assert refusals() == [["被拒绝", "", f"这个{label}{NOT_FREE}"]]


@pytest.mark.parametrize("model", [Project, Investment, Outlet], ids=model_id)
def test_form_says_only_that_an_address_cannot_be_used(world, model):
    theirs, ours = owned_by(world.theirs, model), owned_by(world.ours, model)
    assert typed(world, ours, slug=theirs.slug) == {"slug": [f"这个网址名{NOT_FREE}"]}


def test_form_still_says_which_of_the_own_keys_is_there(world):
    first, second = owned_by(world.ours, Project), owned_by(world.ours, Project)
    assert "已存在" in str(typed(world, first, code=second.code))


@pytest.mark.parametrize("model", [Project, Investment], ids=model_id)
def test_address_of_a_new_row_does_not_count_those_of_the_same_name(world, model):
    theirs = owned_by(world.theirs, model, name="核桃园", code="A-1")
    ours = owned_by(world.ours, model, name="核桃园", code="B-2")
    assert (theirs.slug, ours.slug) == ("he-tao-yuan-a-1", "he-tao-yuan-b-2")


def test_address_of_an_outlet_does_not_count_names_that_sound_alike(world):
    theirs = owned_by(world.theirs, Outlet, name="核桃园")
    ours = owned_by(world.ours, Outlet, name="核桃元")
    stems = [f"he-tao-yuan-{one.headquarters.slug}" for one in (theirs, ours)]
    assert [theirs.slug, ours.slug] == stems
    assert len({*stems}) == 2


def test_import_says_only_that_a_key_cannot_be_used(world, model):
    theirs, name = owned_by(world.theirs, model), KEYS[model]
    label = {Outlet: "名称", Project: "项目编号"}.get(model, "编号")
    page = imported(world, model, (label, "备注"), getattr(theirs, name), "x")
    assert NOT_FREE in page
    assert any(NOT_FREE in words for _, _, words in refusals())
    assert not TOLD.search(page)


def test_import_corrects_no_spelling_by_what_others_have(world):
    owned_by(world.theirs, Project, code="HT-7")
    page = imported(world, Project, ("项目编号", "备注"), "ht-7", "x")
    assert "HT-7" not in page
    assert "只差大小写" not in page


def test_import_of_what_belongs_to_a_row_does_not_tell_there_is_one(world):
    theirs = owned_by(world.theirs, Project)
    headings = ("项目编号", "月份")
    said = [
        re.sub(r'(?s)<input[^>]*>|nonce-\S+|[0-9a-f]{32,}|token=\S+|value="[^"]*"', "", page)
        for page in (
            imported(world, ProgressReport, headings, theirs.code, "2024年3月"),
            imported(world, ProgressReport, headings, "none-such", "2024年3月"),
        )
    ]
    assert said[0] == said[1]
