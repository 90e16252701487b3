"""WSGI entry point: ``gunicorn aidtracker.wsgi``."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

from aidtracker.ground import schema, server
from aidtracker.ground.modules import BEFORE_WORK

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidtracker.settings")

application = get_wsgi_application()
# Read before workers are made, which share it; else each reads it with its first request.
import_module("aidtracker.urls")
for read in BEFORE_WORK:
    read()
schema.warn()
server.warn()
