"""gunicorn for the container: threads, since pages wait for the database; preload, since a cold app answers badly."""

import os

bind = "0.0.0.0:8050"
worker_class = "gthread"
workers = int(os.environ.get("ANDRANG_WEB_WORKERS", "2"))
threads = int(os.environ.get("ANDRANG_WEB_THREADS", "8"))
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 65
accesslog = None
worker_tmp_dir = "/dev/shm"
