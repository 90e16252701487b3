"""WSGI entry point: ``gunicorn aidtracker.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

from aidtracker.ground import schema, server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidtracker.settings")

application = get_wsgi_application()
schema.warn()
server.warn()
