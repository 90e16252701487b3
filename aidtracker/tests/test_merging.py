"""Two rows that are one thing: what named either names one, nothing is lost, one undo."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker import testing
from aidtracker.desk.merging import MergeError, merge
from aidtracker.ground.datasets import form_of
from aidtracker.review.comments import Comment
from aidtracker.tests.foreign_rows import staff
from aidtracker.trail import acts
from aidtracker.trail.history import keep_links
from aidtracker.trail.models import Act
from aidtracker.trail.undo import undo
from programs.models import Region, Source
from programs.models.sources import checksum
from projects.models import Enterprise, Observation, Series
from projects.models.attachments import Attachment

pytestmark = pytest.mark.django_db
MERGE = reverse("admin:projects_enterprise_merge")


@pytest.fixture
def headquarters():
    return testing.make_headquarters()


@pytest.fixture
def user(headquarters):
    return staff(headquarters)


def merged(kept, gone, user, reason="同一家"):
    with acts.doing(acts.Way.FORM) as act:
        act.user, act.user_name = user, user.get_username()
        merge(kept, gone, user, reason)
    return act


def refused(kept, gone, user, reason="同一家"):
    with pytest.raises(MergeError) as found:
        merged(kept, gone, user, reason)
    assert type(gone).objects.filter(pk=gone.pk).exists()
    return "\n".join(found.value.messages)


def firms(headquarters):
    source = testing.make_source()
    kept = testing.make_enterprise(name="甲公司", maintainer=headquarters)
    gone = testing.make_enterprise(
        name="甲有限公司", aliases=["甲"], brand="甲牌", sources=[source], maintainer=headquarters
    )
    return kept, gone


def test_what_named_one_names_the_other_and_one_undo_brings_all_back(headquarters, user):
    kept, gone = firms(headquarters)
    own = {"headquarters": headquarters, "review": "draft"}
    deal = testing.make_investment(investor=gone, **own)
    child = testing.make_enterprise(parent=gone, maintainer=headquarters)
    both = testing.make_agreement(enterprises=[kept, gone], **own_of(headquarters))
    one = testing.make_agreement(enterprises=[gone], **own_of(headquarters))
    for row in (kept, gone, both, one):
        keep_links(row)
    slug = gone.slug

    act = merged(kept, gone, user)
    kept.refresh_from_db()
    deal.refresh_from_db()
    child.refresh_from_db()
    assert (deal.investor, child.parent) == (kept, kept)
    assert [[*row.enterprises.all()] for row in (both, one)] == [[kept], [kept]]
    assert (kept.aliases, kept.brand) == (["甲有限公司", "甲"], "甲牌")
    assert kept.sources.count() == 1
    assert not Enterprise.objects.filter(pk=gone.pk).exists()
    assert deal.history.latest("history_id").act == act
    assert act.subject == "合并企业：甲有限公司 并入 甲公司"
    answer = Client().get(f"/enterprises/{slug}/")
    assert (answer.status_code, answer["Location"]) == (301, kept.get_absolute_url())

    undo(Act.objects.get(pk=act.pk), user, "不是一家")
    kept.refresh_from_db()
    deal.refresh_from_db()
    assert deal.investor == gone
    assert (kept.aliases, kept.brand, kept.sources.count()) == ([], "", 0)
    assert {*both.enterprises.all()} == {kept, gone}
    assert [*one.enterprises.all()] == [gone]
    assert Client().get(f"/enterprises/{slug}/").status_code == 200


def test_files_and_comments_go_along_and_come_back(headquarters, user):
    """Also when the undoing is undone: they have no history, so the acts say which they were."""
    kept, gone = (
        testing.make_site(name=name, maintainer=headquarters) for name in ("甲园", "甲产业园")
    )
    said = {"added_by": user, "extension": ".pdf", "content_type": "application/pdf", "size": 1}
    own = Attachment.objects.create(site=kept, name="原有的.pdf", **said)
    file = Attachment.objects.create(site=gone, name="并入的.pdf", **said)
    words = Comment.objects.create(
        label="projects.site", row_id=gone.pk, author=user, words="面积对吗"
    )

    def holders():
        for one in (own, file, words):
            one.refresh_from_db()
        return own.site_id, file.site_id, words.row_id

    act = merged(kept, gone, user)
    assert holders() == (kept.pk, kept.pk, kept.pk)
    back = undone(act, user, "不是一个")
    assert holders() == (kept.pk, gone.pk, gone.pk)
    undone(back, user, "还是一个")
    assert holders() == (kept.pk, kept.pk, kept.pk)


def undone(act, user, reason):
    with acts.doing(acts.Way.FORM) as undoing:
        undoing.user, undoing.user_name = user, user.get_username()
        undo(Act.objects.get(pk=act.pk), user, reason)
    return undoing


def document(text):
    return testing.make_source(text=text, sha256=checksum(text))


def own_of(headquarters):
    return {"headquarters": [headquarters], "maintainer": headquarters}


def test_what_belongs_to_others_or_is_published_by_others_keeps_them_apart(headquarters):
    clerk = staff(headquarters, verbs=("view", "add", "change", "delete"))
    kept, gone = firms(headquarters)
    theirs = testing.make_investment(
        investor=gone, headquarters=testing.make_headquarters(), name="别人的项目"
    )
    words = refused(kept, gone, clerk)
    assert "1 条招商项目不归您的指挥部维护" in words
    assert "别人的项目" not in words
    theirs.delete()
    testing.make_investment(investor=gone, headquarters=headquarters, review="published")
    assert "您没有发布权限" in refused(kept, gone, clerk)
    foreign = testing.make_enterprise(maintainer=testing.make_headquarters())
    assert "不归您的指挥部维护" in refused(kept, foreign, staff(headquarters))


def test_published_rows_move_for_the_reason_that_is_given(headquarters, user):
    kept, gone = firms(headquarters)
    deal = testing.make_investment(investor=gone, headquarters=headquarters, review="published")
    assert "请写明合并的理由" in refused(kept, gone, user, reason=" ")
    merged(kept, gone, user, reason="工商登记为一家")
    deal.refresh_from_db()
    assert (deal.investor, deal.review) == (kept, "published")
    assert deal.correction_reason == "工商登记为一家"


def test_two_codes_are_two_firms(headquarters, user):
    kept, gone = firms(headquarters)
    Enterprise.objects.filter(pk=gone.pk).update(credit_code="A" * 18)
    gone.refresh_from_db()
    Enterprise.objects.filter(pk=kept.pk).update(credit_code="B" * 18)
    kept.refresh_from_db()
    assert "是两家企业" in refused(kept, gone, user)
    Enterprise.objects.filter(pk=kept.pk).update(credit_code="")
    kept.refresh_from_db()
    merged(kept, gone, user)
    kept.refresh_from_db()
    assert kept.credit_code == "A" * 18


def test_series_that_would_say_the_same_are_merged_first(headquarters, user):
    kept, gone = firms(headquarters)
    metric = testing.make_metric()
    own = {"metric": metric, "region": None, "maintainer": headquarters}
    first = testing.make_series(enterprise=kept, **own)
    second = testing.make_series(enterprise=gone, **own)
    time = {"as_of": "2024-12-31", "accumulation": "point", "maintainer": headquarters}
    figures = [
        testing.make_observation(series=one, printed=printed, status="draft", **time)
        for one, printed in ((first, "5家"), (second, "7家"))
    ]
    assert "请先合并" in refused(kept, gone, user)
    assert any("1 个期间两边都有数" in words for words in Series.merge_notes(first, second))
    merged(first, second, user)
    assert {
        one.series_id for one in Observation.objects.filter(pk__in=[f.pk for f in figures])
    } == {first.pk}
    merged(kept, gone, user)
    first.refresh_from_db()
    other = testing.make_series(enterprise=kept, metric=testing.make_metric(), region=None)
    assert "指标不同" in refused(first, other, staff(headquarters, reach="changes_all"))


def test_documents_keep_the_places_of_their_figures_apart(headquarters):
    user = staff(headquarters, reach="changes_all")
    kept = document("共有5家企业。")
    gone = document("共有5家，7人。")
    assert "全文不同" in refused(kept, gone, user)
    plain = testing.make_source()
    mine = testing.make_observation(source=kept, printed="5家", status="published")
    figures = [
        testing.make_observation(source=plain, printed=one, status="draft")
        for one in ("6家", "7家")
    ]
    code = plain.code
    assert "有全文的那一条" in refused(plain, kept, user)
    merged(kept, plain, user)
    numbers = [
        *Observation.objects.filter(source=kept).order_by("number").values_list("number", flat=True)
    ]
    assert len({*numbers}) == 3
    mine.refresh_from_db()
    assert mine.number == numbers[0]
    assert {Observation.objects.get(pk=one.pk).source for one in figures} == {kept}
    assert Client().get(f"/sources/{code}/")["Location"] == kept.get_absolute_url()
    assert not Source.objects.filter(pk=plain.pk).exists()


def test_places_are_merged_with_what_lies_in_them_and_never_into_themselves(headquarters):
    user = staff(headquarters, reach="changes_all")
    kept = testing.make_region(level="prefecture")
    gone = testing.make_region(level="prefecture")
    village = testing.make_region(parent=gone)
    Region.objects.filter(pk=kept.pk).update(parent=gone)
    kept.refresh_from_db()
    merged(kept, gone, user)
    village.refresh_from_db()
    kept.refresh_from_db()
    assert (village.parent, kept.parent) == (kept, None)


def test_queries_do_not_grow_with_the_rows_that_move(headquarters, user):
    def asked(number):
        kept, gone = firms(headquarters)
        own = {"headquarters": headquarters, "review": "draft"}
        for _ in range(number):
            testing.make_investment(investor=gone, **own)
            testing.make_project_party(
                project=testing.make_project(**own), enterprise=gone, headquarters=None
            )
            testing.make_series(enterprise=gone, maintainer=headquarters)
        with CaptureQueriesContext(connection) as captured:
            merged(kept, gone, user)
        Enterprise.objects.filter(name="甲公司").update(name=f"甲公司{number}")
        return len(captured)

    asked(1)  # what is asked once and kept
    assert asked(2) == asked(7)


def test_row_that_names_the_other_twice_moves_once(headquarters, user):
    own = {"maintainer": headquarters}
    kept, gone = testing.make_site(**own), testing.make_site(**own)
    part = testing.make_site(parent=gone, predecessor=gone, **own)
    merged(kept, gone, user)
    part.refresh_from_db()
    assert (part.parent, part.predecessor, part.version) == (kept, kept, 2)
    last = part.history.latest("history_id")
    assert (last.parent_id, last.predecessor_id, part.history.count()) == (kept.pk, kept.pk, 2)


def test_nothing_comes_to_stand_above_itself(headquarters, user):
    own = {"maintainer": headquarters}
    kept = testing.make_site(**own)
    gone = testing.make_site(parent=testing.make_site(parent=kept, **own), **own)
    assert "所属场所" in refused(kept, gone, user)


def test_page_shows_what_moves_and_merges_what_was_seen(headquarters, user):
    client = Client()
    client.force_login(user)
    kept, gone = firms(headquarters)
    deal = testing.make_investment(investor=gone, headquarters=headquarters, review="draft")
    versions = {f"version-projects.enterprise-{one.pk}": one.version for one in (kept, gone)}
    address = reverse("admin:projects_enterprise_changelist")
    chosen = {"action": "merge_two", "_selected_action": [kept.pk, gone.pk], **versions}
    page = client.post(address, chosen).content.decode()
    assert deal.name in page
    assert "甲有限公司" in page
    sent = {"row": [kept.pk, gone.pk], "kept": kept.pk, "reason": "同一家", **versions}
    assert "还不能合并" not in client.post(MERGE, sent).content.decode()
    gone.save()
    answer = client.post(MERGE, sent | {"sure": "1"})
    assert "有改动或已删除" in answer.content.decode()
    versions[f"version-projects.enterprise-{gone.pk}"] = gone.version
    answer = client.post(MERGE, sent | versions | {"sure": "1"})
    assert answer["Location"] == form_of(kept)
    [alone, _] = [testing.make_enterprise(maintainer=headquarters) for _ in range(2)]
    chosen |= {"_selected_action": [alone.pk], f"version-projects.enterprise-{alone.pk}": 1}
    one = client.post(address, chosen, follow=True)
    assert "正好选两条" in one.content.decode()
