"""Every row answers the questions of the review; those without one answer that they have none."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from aidtracker.ground.records import KeyedModel
from aidtracker.ground.search import KnownText, spare_search_text
from aidtracker.review.meaning import Meaning
from aidtracker.review.reviewed import PartOfReviewed, Reviewed
from aidtracker.review.revisions import AbstractRevision, revision_model
from aidtracker.testing import make_project, make_project_party, make_region

MODELS = [model for model in apps.get_models() if issubclass(model, KeyedModel)]
APART = [one for one in MODELS if not issubclass(one, Reviewed | PartOfReviewed | Meaning)]


@pytest.mark.parametrize("model", APART, ids=lambda model: model.__name__)
def test_row_without_a_review_is_public_and_changes_freely(model):
    row = model()
    assert (model.REVIEW, model.WHOLE, row.is_published) == ("", "", True)
    edited = row.check_edit(None, AnonymousUser())
    assert (row.is_under_lock(model.locks()), edited) == (False, False)
    assert (model.is_correction(row, row), row.is_proposed(row, AnonymousUser())) == (False, False)
    assert (model.is_only_proposed_by(AnonymousUser()), model.review_wholes([row])) == (False, [])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_review_is_of_a_field_and_a_part_of_a_reviewed_model(model):
    assert bool(model.REVIEW) == issubclass(model, Reviewed)
    assert bool(model.WHOLE) == issubclass(model, PartOfReviewed)
    assert not model.REVIEW or model._meta.get_field(model.REVIEW).verbose_name
    assert not model.WHOLE or model._meta.get_field(model.WHOLE).related_model.REVIEW


def test_there_is_one_model_of_revisions():
    assert [one for one in MODELS if issubclass(one, AbstractRevision)] == [revision_model()]
    assert not revision_model().is_only_proposed_by(AnonymousUser())


@pytest.mark.django_db
def test_part_of_an_approved_row_is_closed_to_who_does_not_publish():
    party = make_project_party(project=make_project(review="approved"))
    with pytest.raises(ValidationError):
        party.check_edit(None, AnonymousUser())


@pytest.mark.django_db
def test_search_text_is_kept_where_the_names_are_the_same():
    region = make_region(name="阿克苏市")
    row = region.stored()
    spare_search_text(row, region)
    assert isinstance(row.search_text, KnownText)
    row.save()
    row = region.stored()
    row.name = "和田市"
    spare_search_text(row, region)
    row.save()
    assert row.search_text.split()[:2] == ["和田市", "hetianshi"]
