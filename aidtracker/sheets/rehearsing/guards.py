"""Who may import what: the scope of a person's headquarters, and the steps of a review."""

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from aidtracker.ground.keys import follow
from aidtracker.ground.scope import check_owner, own_paths

FOREIGN = "这条记录属于其他指挥部，您不能导入。"
REVIEW_COLUMNS = ("review_comment",)


class Guard:
    """What a person may do to rows of a model by importing. Without a person, everything."""

    def __init__(self, model, user):
        self.model = model
        self.user = user
        self.review = model.REVIEW
        self.owner = None if user is None else self.default_owner()
        self.owner_paths = own_paths(model())
        self.refusals: dict[tuple, ValidationError | None] = {}

    def default_owner(self):
        """The field of a row's owner, and the person's headquarters if there is but one."""
        direct = [path for path in self.model.OWNERS if "__" not in path]
        account = getattr(self.user, "account", None)
        own = list(account.headquarters.all()[:2]) if account and direct else []
        return (self.model._meta.get_field(direct[0]), own[0]) if len(own) == 1 else None

    @property
    def ignored(self):
        """The fields that an import by this person leaves alone."""
        return () if self.user is None or not self.review else (self.review, *REVIEW_COLUMNS)

    def fills(self, field):
        """Whether a new row gets a field from the person's headquarters if the file is silent."""
        return self.owner is not None and field is self.owner[0]

    def fill_owner(self, row):
        """Give a new row without an owner to the person's own headquarters. Returns the field."""
        if self.owner and getattr(row, self.owner[0].attname) is None:
            field, headquarters = self.owner
            setattr(row, field.name, headquarters)
            return field
        return None

    def check(self, row, before, links, is_proposal):
        """Refuse, with ValidationError, what the person may not store.

        `before` is the row as it is stored, `links` are the many-to-many fields that change.
        Returns whether what was on its way to the public is a draft again.
        """
        if self.user is None:
            return False
        if self.owner_paths and (refusal := self.refusal(row)):
            raise refusal
        if is_proposal:
            return False
        return row.check_edit(before, self.user, also=links, locks=self.locks)

    @cached_property
    def is_proposer(self):
        """Whether the person changes what is public only by proposals that others approve."""
        return bool(self.user and self.model.is_only_proposed_by(self.user))

    def proposes(self, row, before):
        """Whether the change of a row, as it is stored, is only a proposal."""
        return self.is_proposer and row.is_proposed(before, self.user)

    def lacks_reason(self, row, before):
        """Whether a row changes only for a reason, and the file gives it none of its own."""
        is_free = self.user is None and self.review  # what published rows mean never is
        if is_free or not self.model.is_correction(before, row, self.locks):
            return False
        said = "" if before is None else before.correction_reason
        return row.correction_reason in ("", said)

    def refusal(self, row):
        """Why the person may not keep a row with its owners: asked once for the same owners."""
        owners = tuple(getattr(follow(row, path), "pk", None) for path in self.owner_paths)
        if owners not in self.refusals:
            try:
                check_owner(row, self.user)
            except ValidationError as error:
                self.refusals[owners] = error
            else:
                self.refusals[owners] = None
        return self.refusals[owners]

    @cached_property
    def locks(self):
        """All that locks rows of the model, read once."""
        return self.model.locks()
