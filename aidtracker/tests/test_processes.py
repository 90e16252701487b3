"""Several processes that have nothing in common but the database, as on several machines."""

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 60
BEGINNING = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import setup_test_environment
from aidtracker.sheets.storing import running
from aidtracker.sheets.storing.models import State, Upload
from programs.models import Region
setup_test_environment()
IMPORT = "/admin/programs/region/import/"
def client():
    found = Client()
    found.cookies[settings.SESSION_COOKIE_NAME] = sys.argv[1]
    return found
"""
UPLOADING = """
rows = [f"9900{n:02},新{n},县级" for n in range(60)]
User.objects.create_superuser("boss", password="x")
own = Client()
own.force_login(User.objects.get(username="boss"))
file = SimpleUploadedFile("名单.csv", "\\r\\n".join(["区划代码,名称,级别", *rows]).encode())
token = own.post(IMPORT, {"file": file}).context["token"]
print(own.cookies[settings.SESSION_COOKIE_NAME].value, token)
"""
CONFIRMING = """
response = client().post(IMPORT, {"token": sys.argv[2]})
print(response.status_code, response.headers["Location"])
"""
WORKING = """
from django.core.management import call_command
call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
"""
KILLED = """
from django.db import connection
end = Upload.end
def killed(upload, state, **result):
    end(upload, state, **result)
    os.kill(os.getpid(), signal.SIGKILL)
Upload.end = killed
"""
COUNTING = """
upload = Upload.objects.get()
acts = User.objects.get(username="boss").acts.filter(way="import").count()
print(upload.state, Region.objects.filter(code__startswith="9900").count(), acts)
"""


def started(environment: dict[str, str], script: str, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-c", BEGINNING + script, *arguments]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE)


def said(environment: dict[str, str], script: str, *arguments: str) -> list[str]:
    """What a process prints that ends well."""
    status, output = ended(started(environment, script, *arguments))
    assert status == 0
    return output.split()


def ended(process: subprocess.Popen) -> tuple[int, str]:
    """How a process ends, and what it printed."""
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


def test_what_one_process_uploads_another_confirms(environment: dict[str, str]):
    session, token = said(environment, UPLOADING)

    confirmed = said(environment, CONFIRMING, session, token)

    assert confirmed == ["302", "/admin/programs/region/"]
    assert said(environment, COUNTING) == ["stored", str(ROWS), "1"]


def test_of_two_workers_one_stores_what_waits(environment: dict[str, str]):
    session, token = said(environment, UPLOADING)
    queueing = "settings.IMPORT_ROWS_AT_ONCE = 1\n" + CONFIRMING
    _, place = said(environment, queueing, session, token)
    assert place.startswith("/admin/programs/region/import/")
    assert said(environment, COUNTING) == ["queued", "0", "0"]

    workers = [started(environment, WORKING) for _ in range(2)]

    assert [ended(worker) for worker in workers] == [(0, ""), (0, "")]
    assert said(environment, COUNTING) == ["stored", str(ROWS), "1"]


def test_import_whose_worker_is_killed_at_its_end_is_tried_again(environment: dict[str, str]):
    session, token = said(environment, UPLOADING)
    said(environment, "settings.IMPORT_ROWS_AT_ONCE = 1\n" + CONFIRMING, session, token)

    killed, _ = ended(started(environment, KILLED + WORKING))
    assert killed == -signal.SIGKILL
    assert said(environment, COUNTING) == ["running", "0", "0"]

    heir = "running.queue(Upload.objects.get(), State.RUNNING)\n" + WORKING
    said(environment, heir)
    assert said(environment, COUNTING) == ["stored", str(ROWS), "1"]
