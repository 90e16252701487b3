"""Gunicorn behind nginx, as the units in `systemd/` start it; every value can be set from outside.

A worker answers one request at a time over one connection to the database. Slow visitors cost no
worker: nginx takes whole requests in and whole answers out.
"""

import gc
import multiprocessing
import os

wsgi_app = "aidtracker.wsgi"
bind = os.environ.get("BIND", "unix:/run/aidtracker/web.sock")
umask = 0o007
workers = int(os.environ.get("WEB_WORKERS") or 2 * multiprocessing.cpu_count() + 1)
worker_class = "sync"
backlog = 256

# A confirmed import of 2,000 rows takes 8 s at worst (larger ones are queued), a file of a million
# figures a minute. Who has begun when the service stops may end.
timeout = int(os.environ.get("WEB_TIMEOUT") or 120)
graceful_timeout = timeout

# What is read once is shared by all workers, and memory that has grown goes back in the end.
preload_app = True
max_requests, max_requests_jitter = 2000, 400
worker_tmp_dir = "/dev/shm"

# Longer than any address of the site, far shorter than an attack.
limit_request_line, limit_request_fields, limit_request_field_size = 4094, 60, 8190

# Only nginx can open the socket.
forwarded_allow_ips = "*"

accesslog = None  # nginx keeps it
errorlog = "-"


def pre_fork(server, worker):
    """What has been read by now stays: workers share it, and none looks through it for garbage."""
    gc.freeze()


def post_fork(server, worker):
    """No worker goes on with a connection that was opened before it."""
    from django.db import connections

    connections.close_all()


def child_exit(server, worker):
    """Measurements of a worker that is gone are summed up, where they are kept in files."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
