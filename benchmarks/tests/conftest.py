"""A database without any row of the record, until the test is over."""

import pytest
from django.db import connection

from aidtracker.ground.datasets import record_models


@pytest.fixture
def empty(db: None) -> None:
    models = [
        kind
        for model in record_models()
        for kind in (
            *(field.remote_field.through for field in model._meta.many_to_many),
            model.history.model,
            model,
        )
    ]
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
