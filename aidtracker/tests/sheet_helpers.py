"""Files that tests write and read again."""

from aidtracker.sheets import download, resource_for
from aidtracker.sheets.columns.sets import staff_columns
from aidtracker.sheets.reading.pages import Page
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.sheets.rehearsing.rehearsal import rehearse
from aidtracker.sheets.storing.storing import store
from aidtracker.sheets.writing.extracts import Extract


def exported(queryset, file_format, headers):
    """The bytes of a download; closing the response itself would close the database, too."""
    return download(queryset, file_format, headers).getvalue()


def cells_of(queryset, *, codes=False):
    """The rows of the staff file of a queryset, as the texts of their cells, without the names
    beside codes.
    """
    resource = resource_for(queryset.model)
    own = set(resource.headings(codes=True))
    columns = [one for one in staff_columns(resource, codes) if one.code in own]
    return [
        ["" if cell is None else str(cell) for cell in row]
        for row in Extract(queryset, columns).texts()
    ]


def imported(model, content, file_format):
    """The outcome that importing a file would have."""
    resource = resource_for(model)
    return rehearse(resource, sheet_of(resource, read_upload(f"file.{file_format}", content)))


def page(*rows, name=""):
    """Rows of cells as one sheet of a file."""
    filled = [(number, list(row)) for number, row in enumerate(rows, 1) if any(row)]
    return Page(name, filled)


def sheet(model, *rows):
    """Rows of cells, the headings first, as a sheet that was read."""
    return sheet_of(resource_for(model), [page(*rows)])


def rehearsal(model, *rows, user=None):
    """The outcome that importing the rows would have."""
    return rehearse(resource_for(model, user), sheet(model, *rows))


def stored(model, *rows, user=None, reason=""):
    """The outcome of importing the rows for good."""
    fingerprint = rehearsal(model, *rows, user=user).fingerprint
    return store(resource_for(model, user), sheet(model, *rows), fingerprint, "名单.xlsx", reason)


def messages(outcome):
    return [(problem.number, problem.heading, problem.message) for problem in outcome.problems]
