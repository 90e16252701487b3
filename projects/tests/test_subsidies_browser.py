"""Twelve subsidies typed in a real browser, imported again, reviewed, and seen by a reader."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from aidtracker.review.steps import APPROVE, PUBLISH, SUBMIT
from aidtracker.sheets import chunks
from aidtracker.testing import make_headquarters, make_staff
from aidtracker.testing.browser import Person
from projects.models import Subsidy
from projects.tests.review_steps import step

pytestmark = pytest.mark.browser

KINDS = [kind for kind in Subsidy.Kind.values for _ in range(2)][:12]
RIGHTS = [f"projects.{verb}_subsidy" for verb in ("view", "add", "change", "import")]


def type_in(clerk, number, kind):
    clerk.find("#id_name").fill(f"第{number}笔补贴")
    clerk.find("#id_code").fill(f"B-{number}")
    clerk.find("#id_kind").select_option(kind)
    clerk.find("#id_beneficiaries").fill("红枣种植户")
    clerk.find("#id_starts_on").fill("2024-03")
    clerk.find("#id_amount").fill(str(number))
    clerk.find("#id_moved").select_option("insured")
    clerk.find("#id_moved_amount").fill(str(number * 10))
    clerk.find("[name=_addanother]").click()
    clerk.wait("document.getElementById('id_name')?.value === ''")


def test_twelve_subsidies_from_the_form_to_a_reader(new_page, client, transactional_db):
    home = make_headquarters()
    user = make_staff(home, permissions=RIGHTS)
    clerk = Person(new_page(user))
    clerk.open(reverse("admin:projects_subsidy_add"))
    for number, kind in enumerate(KINDS, start=1):
        type_in(clerk, number, kind)
    rows = Subsidy.objects.filter(headquarters=home)
    assert sorted(rows.values_list("amount", flat=True)) == list(range(1, 13))
    assert {*rows.values_list("review", flat=True)} == {"draft"}

    client.force_login(user)
    content = b"".join(chunks(rows, "xlsx"))
    file = SimpleUploadedFile("补贴.xlsx", content)
    page = client.post(reverse("admin:projects_subsidy_import"), {"file": file})
    assert "没有变化 12，" in page.content.decode()

    reviewer = make_staff(home, permissions=["projects.view_subsidy", "projects.approve_subsidy"])
    publisher = make_staff(home, permissions=["projects.view_subsidy", "projects.publish_subsidy"])
    step(SUBMIT, user, *rows)
    step(APPROVE, reviewer, *rows)
    step(PUBLISH, publisher, *rows)
    reader = Person(new_page())
    reader.open("/subsidies/?q=笔补贴")
    assert reader.find("#totals").inner_text().count("78万元") >= 1
    assert "10 倍" in reader.find("#by-kind").inner_text()
