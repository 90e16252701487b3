"""What would go with a row, and what refers to it and so keeps it from being deleted."""

from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.db import router
from django.utils.html import format_html

from aidtracker.desk.scope import answer_at_once, is_readable
from aidtracker.ground.datasets import form_of
from aidtracker.trail.differences import named_rows


class DependentRows(NestedObjects):
    """Rows that depend on others, without the bare links between two rows.

    Rows come with what their names are made of, so that showing many takes no query each.
    """

    def __init__(self, admin_site, **kwargs):
        super().__init__(**kwargs)
        self.admin_site = admin_site

    def related_objects(self, related_model, related_fields, objs):
        rows = super().related_objects(related_model, related_fields, objs)
        return named_rows(rows, self.admin_site)

    def add_edge(self, source, target):
        if not is_link(target):
            super().add_edge(source, target)


def is_link(row):
    """Whether a row only joins two others, as those of many-to-many fields do."""
    return bool(row._meta.auto_created)


def naming_rows(rows, admin_site):
    """Rows that name one of `rows` in a many-to-many field, as a record its sources."""
    keys = [row.pk for row in rows]
    for relation in rows[0]._meta.related_objects:
        if relation.many_to_many:
            manager = relation.related_model._default_manager
            kept = getattr(manager, "entered", manager.all)()
            found = kept.filter(**{f"{relation.field.name}__in": keys})
            if relation.related_model is type(rows[0]):
                found = found.exclude(pk__in=keys)
            yield from named_rows(found.distinct(), admin_site)


def link_to(row, admin_site):
    """A row as 地区：阿克苏市, linked to its form where it has one."""
    kind = row._meta.verbose_name
    if not admin_site.is_registered(type(row)):
        return f"{kind}：{row}"
    return format_html('{}：<a href="{}" class="text-link">{}</a>', kind, form_of(row), row)


def deletion(rows, request, admin_site):
    """What deleting `rows` means: (nested list, counts, kinds not permitted, rows in the way).

    The four answers Django's admin expects of `get_deleted_objects`. Rows that the user may not
    read are counted, not named.
    """
    rows = list(rows)
    if not rows:
        return [], {}, set(), []
    collector = DependentRows(admin_site, using=router.db_for_write(type(rows[0])), origin=rows)
    collector.collect(rows)
    in_the_way = {*collector.protected, *naming_rows(rows, admin_site)}
    reached: Any = collector.model_objs
    gone = {model: kept for model, kept in reached.items() if not model._meta.auto_created}
    ask_at_once(request, in_the_way.union(*gone.values()))
    named = [row for row in in_the_way if is_readable(request, row)]
    foreign = len(in_the_way) - len(named)
    return (
        collector.nested(lambda row: link_for(row, request, admin_site)),
        {model._meta.verbose_name_plural: len(found) for model, found in gone.items()},
        kinds_not_permitted(gone, request, admin_site),
        [link_to(row, admin_site) for row in sorted(named, key=by_kind_and_name)]
        + ([f"另有 {foreign} 条其他指挥部的记录"] if foreign else []),
    )


def ask_at_once(request, rows):
    """Ask about all rows of a kind together what would be asked about each."""
    kinds: dict[type, list] = {}
    for row in rows:
        kinds.setdefault(type(row), []).append(row)
    for found in kinds.values():
        answer_at_once(request, found)


def link_for(row, request, admin_site):
    """A row as `link_to` says it; of a foreign one only its kind."""
    if is_readable(request, row):
        return link_to(row, admin_site)
    return f"{row._meta.verbose_name}：其他指挥部的记录"


def by_kind_and_name(row):
    return row._meta.verbose_name, str(row)


def kinds_not_permitted(gone, request, admin_site):
    """The kinds of rows that would go but that this user may not delete."""
    return {
        model._meta.verbose_name
        for model, rows in gone.items()
        if admin_site.is_registered(model)
        and not all(
            admin_site.get_model_admin(model).has_delete_permission(request, row) for row in rows
        )
    }
