"""The doors of the admin: every address that lists, shows or changes rows."""

from aidtracker.tests.foreign_rows import page_of, versions
from projects.models import ObservationPart

# Doors that name a row: what follows the row in the address.
ROW_DOORS = {
    "change": lambda row: (),
    "delete": lambda row: (),
    "history": lambda row: (),
    "state": lambda row: (row.history.first().pk,),
    "step": lambda row: (),
}
# Doors that name none: lists, forms of new rows, files.
LIST_DOORS = {
    "changelist",
    "add",
    "import",
    "import_template",
    "export",
    "deleted",
    "many",
    "columns",
    "merge",
}
# Only of reviewed models.
REVIEW_DOORS = {"step"}
# The program alone writes them, so there is nothing to import, and no review.
WRITTEN_BY_PROGRAM = {ObservationPart: {"import", "import_template", "export", "many", "merge"}}


def row_doors(model):
    return {door for door in ROW_DOORS if door not in REVIEW_DOORS or model.REVIEW}


def list_doors(model):
    return LIST_DOORS - WRITTEN_BY_PROGRAM.get(model, set())


def answers(client, row, **data):
    """The statuses of all doors of a row, asked and sent to, as far as the model has them."""
    found = {}
    for door in sorted(row_doors(type(row))):
        address = page_of(row, door, *ROW_DOORS[door](row))
        sent = {"post": "yes", "reason": "理由", **versions([row]), **data}
        asked, answered = client.get(address), client.post(address, sent)
        found[door] = (asked.status_code, answered.status_code)
    return found
