"""How a person wants a list: which columns, in which order and width, and which rows.

One is a person's own manner of seeing a list and has no name; others have a name, conditions of
their own, and may be shared with those who work for the same headquarters.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from aidtracker.ground.people import called
from aidtracker.ground.scope import scope_of
from aidtracker.trail.conflicts import row_number

# In the address of a list: the number of the view that it shows; 0 for none.
VIEW = "view"
WIDTHS = {"": "自动", "narrow": "窄", "middle": "中", "wide": "宽"}
MOST_VIEWS = 30  # of one person, for one list
MOST_COLUMNS = 40
LONGEST_QUERY = 2_000
# Of an address: which page, not which rows.
NOT_KEPT = (VIEW, "p", "all", "e", "_popup", "_facets")


class ListViewQuerySet(models.QuerySet):
    """Views of lists, each for its person and for whom it is shared with."""

    def seen_by(self, user: Any, model: type[models.Model]) -> Self:
        """Those of a list that a user made, or that are shared with them."""
        shared = Q(headquarters__in=scope_of(user).headquarters) & ~Q(name="")
        of_list = self.filter(model=model._meta.label)
        return of_list.filter(Q(user=user.pk) | shared).select_related("user").order_by("name")


class ListView(models.Model):
    """列表视图: the columns of a list and the conditions of its rows, as a person saved them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="+"
    )
    headquarters = models.ForeignKey(
        settings.HEADQUARTERS_MODEL,
        models.SET_NULL,
        verbose_name="共享给",
        null=True,
        blank=True,
        related_name="+",
    )
    model = models.CharField("数据", max_length=100)
    name = models.CharField("名称", max_length=40, blank=True)
    columns = models.JSONField("列", default=list)
    query = models.TextField("条件", blank=True)
    saved_at = models.DateTimeField("保存时间", default=timezone.now)

    objects = ListViewQuerySet.as_manager()

    class Meta:
        verbose_name = "列表视图"
        verbose_name_plural = "列表视图"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("user", "model", "name"), name="list_view_once"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """What leads from a list to its view."""
        return f"?{self.query}&{VIEW}={self.pk}" if self.query else f"?{VIEW}={self.pk}"

    @property
    def who(self) -> str:
        return called(self.user)

    @property
    def widths(self) -> dict[str, str]:
        """The width of each column, in order: {column: width}."""
        return {name: width if width in WIDTHS else "" for name, width in self.columns}


def column_id(column: Any) -> str:
    """What a column of a list is called: a name, or the first word of a function's."""
    return column if isinstance(column, str) else column.__name__.partition(" ")[0]


def kept_query(asked: QueryDict, shown: Sequence[Any], wanted: Sequence[str]) -> str:
    """The conditions of a list as a view keeps them; its sorting by the places of other columns.

    `shown` are the columns of the list with the box that chooses a row before them.
    """
    kept = asked.copy()
    for name in NOT_KEPT:
        kept.pop(name, None)
    places = {name: place for place, name in enumerate(wanted, 1)}
    sorts = []
    for part in kept.pop("o", [""])[-1].split("."):
        sign, number = ("-" if part.startswith("-") else ""), part.lstrip("-")
        at = row_number(number) or 0
        if 0 < at < len(shown) and (place := places.get(column_id(shown[at]))):
            sorts.append(f"{sign}{place}")
    if sorts:
        kept["o"] = ".".join(sorts)
    for name in [one for one, values in kept.lists() if not any(values)]:
        del kept[name]
    return kept.urlencode()


def views_of(request: HttpRequest, model: type[models.Model]) -> list[ListView]:
    """The views that a person has of a list; asked once a request."""
    known = vars(request).setdefault("list_views", {})
    if model not in known:
        known[model] = list(ListView.objects.seen_by(request.user, model))
    return known[model]


def view_of(request: HttpRequest, model: type[models.Model]) -> ListView | None:
    """The view that a list is asked for, else a person's own manner; None for neither."""
    asked = request.GET.get(VIEW)
    views = views_of(request, model)
    if asked is not None:
        return next((one for one in views if str(one.pk) == asked), None)
    return next((one for one in views if not one.name and one.user_id == request.user.pk), None)


def chosen(values: Iterable[str], widths: QueryDict, offered: Iterable[str]) -> list[list[str]]:
    """Columns as a form names them, each once, with their widths; only what is offered."""
    known = {*offered}
    names = [one for one in dict.fromkeys(values) if one in known][:MOST_COLUMNS]
    return [[one, width_of(widths.get(f"width-{one}", ""))] for one in names]


def width_of(text: str) -> str:
    return text if text in WIDTHS else ""
