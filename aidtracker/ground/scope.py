"""Whose rows a person may read and change: the scope of their headquarters.

Every door asks here: lists, forms, inlines, autocompletion, actions, histories, imports, exports.
A model says by `OWNERS` whom its rows belong to, by `IS_SHARED` whether all staff read them, and
by `SEEN_WITH` which other rows its rows would tell of.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q

from aidtracker.ground.keys import follow
from aidtracker.ground.publication import PUBLISHED
from aidtracker.ground.records import KeyedModel

FOREIGN = "不归您的指挥部维护。"
# Of a code or name that a row has which a person may not know of: not that there is one.
NOT_FREE = "这里不能用，请换一个。"
NO_OWNER = "您的账号不只一个指挥部，请选择其中一个。"
NEVER = Q(pk__in=[])


@dataclass(frozen=True)
class Scope:
    """The numbers of the headquarters a person covers, and whether all rows are theirs anyway.

    `home` is the one that keeps what the person adds; None if that must be chosen.
    """

    headquarters: frozenset = frozenset()
    reads_all: bool = False
    changes_all: bool = False
    home: int | None = None


def scope_of(user: Any) -> Scope:
    """The scope of a user; the account, which the user object keeps, reads it once."""
    if not user.is_active or user.is_anonymous:
        return Scope()
    if user.is_superuser:
        return Scope(reads_all=True, changes_all=True)
    account = getattr(user, "account", None)
    return account.scope if account else Scope()


def may(user: Any, verb: str, model: Any) -> bool:
    """Whether a user has a right to rows of a model, whichever they are."""
    return user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}")


def is_scoped(model):
    """Whether rows of a model belong to headquarters at all."""
    return issubclass(model, KeyedModel)


def keeps_any(model, user):
    """Whether a user can keep rows of a model at all, whichever they are."""
    scope = scope_of(user)
    return not is_scoped(model) or scope.changes_all or bool(model.OWNERS and scope.headquarters)


# Which rows


def readable(rows, user):
    """Those rows of a queryset that a user may read."""
    scope, model = scope_of(user), rows.model
    if not is_scoped(model) or scope.reads_all:
        return rows
    return narrowed(rows, read_rule(model, scope))


def visible(rows, user):
    """Those rows of a queryset that a user may read, and those that all the world may."""
    scope, model = scope_of(user), rows.model
    if not is_scoped(model) or scope.reads_all:
        return rows
    return narrowed(rows, visible_rule(model, scope))


def changeable(rows, user):
    """Those rows of a queryset that a user's headquarters may change."""
    scope, model = scope_of(user), rows.model
    if not is_scoped(model) or scope.changes_all:
        return rows
    if not keeps_any(model, user):
        return rows.none()
    return narrowed(rows, owned(model, scope) & seen_with(model, scope))


def hidden(rows: Any, user: Any) -> Any:
    """Those rows of a queryset of which a user must not know that they are there."""
    return rows.exclude(pk__in=visible(rows.model._base_manager.all(), user).values("pk"))


def narrowed(rows, rule):
    """The rows that a rule allows, found apart, so that the rows themselves can be locked."""
    return rows.filter(pk__in=rows.model._base_manager.filter(rule).order_by().values("pk"))


def read_rule(model, scope, path=""):
    """The condition that a row, at the end of a path of relations to one row, may be read."""
    rule = seen_with(model, scope, path)
    if model.IS_SHARED:
        return rule
    own = owned(model, scope, path) | ownerless(model, path)
    shared = model.shared_condition(path)
    return rule & (own if shared is None else own | shared)


def visible_rule(model, scope, path=""):
    """The condition that a row may be read, or is public."""
    rule = read_rule(model, scope, path)
    # An empty rule allows all rows; an alternative to it would narrow it.
    return rule | Q(**{path + model.REVIEW: PUBLISHED}) if rule and model.REVIEW else rule


def seen_with(model, scope, path=""):
    """The condition that all rows of which a row tells are visible."""
    rule: Any = Q()
    for name in model.SEEN_WITH:
        field = model._meta.get_field(name)
        if field.many_to_many:
            rule &= ~Exists(hidden_links(field, scope))
        else:
            seen = visible_rule(field.related_model, scope, f"{path}{name}__")
            rule &= (Q(**{f"{path}{name}": None}) | seen) if seen else Q()
    return rule


def hidden_links(field, scope):
    """What links a row, by a many-to-many field, to rows that are not visible."""
    related = field.related_model
    seen = related._base_manager.filter(visible_rule(related, scope)).values("pk")
    links = field.remote_field.through._base_manager
    return links.filter(**{field.m2m_field_name(): OuterRef("pk")}).exclude(
        **{f"{field.m2m_reverse_field_name()}__in": seen}
    )


def owned(model, scope, path=""):
    """The condition that a row belongs to one of the headquarters of a scope."""
    rule = NEVER
    for owner in model.OWNERS:
        condition = {f"{path}{owner}__in": scope.headquarters}
        if is_to_many(model, owner):
            rule |= Q(Exists(model._base_manager.filter(pk=OuterRef("pk"), **condition)))
        else:
            rule |= Q(**condition)
    return rule


def ownerless(model, path=""):
    """The condition that a row belongs to no headquarters; none for paths to many rows."""
    if not model.OWNERS or any(is_to_many(model, owner) for owner in model.OWNERS):
        return NEVER
    return Q(**{f"{path}{owner}": None for owner in model.OWNERS})


def is_to_many(model, path):
    """Whether a lookup path leads through a relation to several rows."""
    for name in path.split("__"):
        field = model._meta.get_field(name) if name != "pk" else model._meta.pk
        if field.many_to_many or field.one_to_many:
            return True
        model = field.related_model
    return False


# One row


def may_change(row, user):
    """Whether a user's headquarters may change a stored row, as it is stored."""
    if scope_of(user).changes_all or not is_scoped(type(row)):
        return True
    return changeable(type(row)._base_manager.filter(pk=row.pk), user).exists()


def check_owner(row, user):
    """Refuse, with ValidationError, a row whose owner (as now set) the user does not cover."""
    scope = scope_of(user)
    if not is_scoped(type(row)) or scope.changes_all:
        return
    paths = own_paths(row)
    if row.OWNERS and not paths:
        # Owned through many rows, which no form of the row itself changes.
        is_own = may_change(row, user)
    else:
        owners = {getattr(follow(row, path), "pk", None) for path in paths}
        is_own = bool(owners & scope.headquarters)
        if owners == {None} and len(scope.headquarters) > 1:
            raise ValidationError(NO_OWNER)
    if not is_own:
        raise ValidationError(f"这条{row._meta.verbose_name}{FOREIGN}")


def own_paths(row):
    """The paths to owners that a row not yet stored can follow."""
    return [path for path in row.OWNERS if not is_to_many(type(row), path)]


def owner_field(model):
    """The field of a model that says, itself or through its row, whom a row belongs to."""
    if not is_scoped(model) or not model.OWNERS or is_to_many(model, model.OWNERS[0]):
        return None
    return model._meta.get_field(model.OWNERS[0].partition("__")[0])


def fill_owner(row, user):
    """Give a row that names no owner to the one headquarters of a user, if there is just one."""
    field, home = owner_field(type(row)), scope_of(user).home
    if field and "__" not in row.OWNERS[0] and home and getattr(row, field.attname) is None:
        setattr(row, field.attname, home)
