"""The groups of the staff (填报员, 审核员 …) as a fixture: each with the rights it has."""

import json
from typing import Any

from django.contrib.auth.models import Group
from django.core import serializers


def is_kept(row):
    """Whether a row of a fixture is a group that is there: what its rights became here stays."""
    return isinstance(row, Group) and Group.objects.filter(name=row.name).exists()


def load_groups(items: list[dict[str, Any]], keep_existing: bool = True) -> None:
    """Load the groups of a fixture; those that are there keep their rights when `keep_existing`."""
    for row in serializers.deserialize("python", items):
        if not (keep_existing and is_kept(row.object)):
            row.save()


def dump_groups():
    """The groups as fixture text: the same text for the same rights, whatever database has them."""
    text = serializers.serialize(
        "json",
        Group.objects.order_by("name"),
        use_natural_foreign_keys=True,
        use_natural_primary_keys=True,
    )
    data = json.loads(text)
    for item in data:
        item["fields"]["permissions"].sort(key=lambda right: (right[1], right[2], right[0]))
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
