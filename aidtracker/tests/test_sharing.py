"""What pages say of themselves: cards, schema.org, citations, and the one address of each."""

import json
import re
from datetime import date

import pytest
from django.test import override_settings
from django.urls import reverse

from aidtracker.ground.datasets import record_models
from aidtracker.pages.citing import Citation, Reference
from aidtracker.pages.sharing import Sharing
from aidtracker.testing import make_enterprise, make_observation, make_region, make_source
from programs.models import Region
from projects.models import Finding, Observation

pytestmark = pytest.mark.django_db
ORIGIN = "http://testserver"


def rows_with_pages():
    for model in record_models():
        if hasattr(model, "get_absolute_url"):
            yield model


def data_of(page):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert len(found) == 1
    return json.loads(found[0])


def canonical(page):
    return re.findall(r'<link rel="canonical" href="([^"]+)">', page)


@pytest.mark.once
@pytest.mark.parametrize("model", [*rows_with_pages()], ids=lambda model: model.__name__)
def test_page_of_a_row_tells_what_it_is(model, client):
    row = model.objects.published().first()
    if row is None:
        pytest.skip("none in the fixtures")
    page = client.get(row.get_absolute_url()).content.decode()
    address = f"{ORIGIN}{row.get_absolute_url()}"
    assert canonical(page) == [address]
    data = data_of(page)
    assert data["url"] == address
    assert data["@type"] != "Thing" or model.__name__ == "Award"
    assert f'<meta property="og:url" content="{address}">' in page
    assert page.count('id="citation"') == 1
    assert "?cite=bib" in page


def test_finding_that_came_to_a_result_is_a_review_of_claims(client):
    row = Finding.objects.published().filter(result="contradiction")[:1].get()
    data = data_of(client.get(row.get_absolute_url()).content.decode())
    assert data["@type"] == "ClaimReview"
    assert data["reviewRating"]["alternateName"] == "矛盾"
    assert data["itemReviewed"]["appearance"]


def test_figure_is_described_with_its_hedge(client):
    row = make_observation(printed="超过30家")
    data = data_of(client.get(row.get_absolute_url()).content.decode())
    assert data["variableMeasured"]["value"] == "超过30家"
    assert data["variableMeasured"]["minValue"] == "30"
    assert "maxValue" not in data["variableMeasured"]


def test_no_text_ends_its_script():
    said = Sharing("</script><b>", "甲&乙", "https://a/", "https://a").script
    assert said.count("</script>") == 1
    assert data_of(said)["name"] == "</script><b>"


def test_list_is_a_dataset_with_its_files(client):
    page = client.get("/regions/?level=county&page=2&sort=1").content.decode()
    assert canonical(page) == [f"{ORIGIN}/regions/?page=2"]
    data = data_of(page)
    assert data["@type"] == "Dataset"
    assert data["distribution"][0]["contentUrl"] == f"{ORIGIN}/data/regions.csv"
    assert re.search(r"更新于 \d{4}", page)


def test_page_that_is_not_there_has_no_address(client):
    page = client.get("/regions/nowhere/")
    assert page.status_code == 404
    assert canonical(page.content.decode()) == []


@override_settings(DEBUG=False)
def test_site_is_named_as_the_settings_say(client, settings):
    settings.SITE = settings.SITE | {
        "address": "https://aid.example",
        "organiser": "某指挥部",
        "code": "1234567890",
        "icp": "京ICP备1号",
        "police": "京公网安备2号",
        "telephone": "010-1",
    }
    page = client.get("/regions/").content.decode()
    assert canonical(page) == ["https://aid.example/regions/"]
    assert '<meta name="SiteIDCode" content="1234567890">' in page
    for words in (
        "主办单位：某指挥部",
        "网站标识码：1234567890",
        "京ICP备1号",
        "京公网安备2号",
        "010-1",
    ):
        assert words in page
    settings.SITE = settings.SITE | {"organiser": "", "code": "", "icp": "", "police": ""}
    page = client.get("/pairings/").content.decode()
    assert "主办单位" not in page
    assert "SiteIDCode" not in page


# Renamed


def test_old_address_leads_to_the_row(client):
    row = Region.objects.get(code="652901")
    old = row.get_absolute_url()
    row.slug, row.correction_reason = "another-name", "改名"
    row.save()
    page = client.get(old)
    assert (page.status_code, page["Location"]) == (301, "/regions/another-name/")


def test_address_that_another_row_took_over_is_that_rows(client):
    row = make_enterprise(slug="first")
    row.slug = "second"
    row.save()
    other = make_enterprise(slug="first", name="另一家")
    assert "另一家" in client.get(other.get_absolute_url()).content.decode()


def test_old_address_of_what_is_not_public_tells_nothing(client):
    figure = make_observation(source=make_source(code="old-code"), number=3)
    figure.source.code, figure.source.correction_reason = "new-code", "编号有误"
    figure.source.save()
    page = client.get("/observations/old-code/3/")
    assert (page.status_code, page["Location"]) == (301, "/observations/new-code/3/")
    Observation.objects.filter(pk=figure.pk).update(status="draft")
    assert client.get("/observations/old-code/3/").status_code == 404


def test_address_that_nothing_ever_had_is_not_there(client):
    assert client.get("/enterprises/never-there/").status_code == 404


# Citations

TODAY = date(2024, 7, 1)
ARTICLE = Reference("某文 {甲} & 50%", "N", "甲", "某报", "2020-01-19", note="超过30家")
ONLINE = Reference("某文", "EB/OL", "", "某网", "2020", "https://a.example/x_y", TODAY)


def test_reference_after_the_standard():
    assert str(ARTICLE) == "甲. 某文 {甲} & 50%[N]. 某报, 2020-01-19."
    assert str(ONLINE) == "某文[EB/OL]. 某网(2020)[2024-07-01]. https://a.example/x_y."


def test_reference_as_bibtex():
    assert ARTICLE.bibtex("key") == (
        "@article{key,\n"
        "  title = {某文 \\{甲\\} \\& 50\\%},\n"
        "  author = {甲},\n"
        "  journal = {某报},\n"
        "  year = {2020},\n"
        "  date = {2020-01-19},\n"
        "  note = {超过30家},\n"
        "}"
    )
    assert "url = {https://a.example/x_y}" in ONLINE.bibtex("key")
    assert "urldate = {2024-07-01}" in ONLINE.bibtex("key")


def test_reference_as_ris():
    assert ARTICLE.ris().split("\r\n") == [
        "TY  - NEWS",
        "TI  - 某文 {甲} & 50%",
        "AU  - 甲",
        "PB  - 某报",
        "PY  - 2020",
        "DA  - 2020/01/19/",
        "N1  - 超过30家",
        "ER  - ",
    ]
    assert "Y2  - 2024/07/01" in ONLINE.ris()


def test_no_line_of_a_text_becomes_a_line_of_the_file():
    made = Reference("甲\r\nER  - \r\nTY  - BOOK", "N")
    assert made.ris().count("\r\n") == 2


def test_file_names_each_document_with_the_words_and_the_page():
    cited = Citation("网点数：超过30家。", (ARTICLE, ONLINE), "https://a.example/series/b/")
    text = cited.text("bib")
    assert "@article{a-example-series-b-1," in text
    assert "@online{a-example-series-b-2," in text
    assert "网点数：超过30家。 https://a.example/series/b/" in text


@pytest.mark.parametrize(("code", "kind"), [("bib", "bibtex"), ("ris", "research-info")])
def test_pages_and_lists_have_their_references_as_files(client, code, kind):
    for address in (make_region().get_absolute_url(), reverse("metric-list")):
        page = client.get(address, {"cite": code})
        assert kind in page["Content-Type"]
        assert f'.{code}"' in page["Content-Disposition"]
        assert "对口援疆数据" in page.content.decode()


def test_figure_is_cited_by_its_document_once(client):
    row = make_observation(printed="超过30家", source=make_source(title="某文", publisher="某报"))
    text = client.get(row.get_absolute_url(), {"cite": "bib"}).content.decode()
    assert text.count("@") == 1
    assert "超过30家" in text
    assert "））" not in text
