"""Files that tests write and read again."""

from contextlib import nullcontext

from django.contrib.auth.models import User

from aidtracker.spreadsheets import download, resource_for
from aidtracker.spreadsheets.outcomes import rehearse, store
from aidtracker.spreadsheets.sheets import sheet_of
from aidtracker.spreadsheets.uploads import read_upload


def exported(queryset, file_format, headers):
    """The bytes of a download; closing the response itself would close the database, too."""
    response = download(queryset, file_format, headers)
    with getattr(response, "file_to_stream", nullcontext()):
        return response.getvalue()


def imported(model, content, file_format):
    """The outcome that importing a file would have."""
    resource = resource_for(model)
    return rehearse(resource, sheet_of(resource, read_upload(f"file.{file_format}", content)))


def sheet(model, *rows):
    """Rows of cells, the headings first, as a sheet that was read."""
    return sheet_of(resource_for(model), list(enumerate(map(list, rows), 1)))


def rehearsal(model, *rows):
    """The outcome that importing the rows would have."""
    return rehearse(resource_for(model), sheet(model, *rows))


def stored(model, *rows):
    """The outcome of importing the rows for good."""
    user = User.objects.get_or_create(username="clerk")[0]
    fingerprint = rehearsal(model, *rows).fingerprint
    return store(resource_for(model), sheet(model, *rows), fingerprint, user)


def messages(outcome):
    return [(problem.number, problem.heading, problem.message) for problem in outcome.problems]
