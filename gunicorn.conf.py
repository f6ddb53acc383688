"""How the web processes run: `gunicorn wsgi:app` reads this file, and `approvals serve` starts it the same way."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
# Shared pages of the loaded application are paid for once: a process stays well below 150 MB.
preload_app = True
timeout = 60
graceful_timeout = 10
# A heartbeat file on a slow disk stalls the workers.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# The control socket of gunicorn 25 and later lies in the home directory and is of no use here.
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"


def post_fork(server: object, worker: object) -> None:
    """Drop connections inherited from the parent: two processes on one connection corrupt its protocol."""
    from wsgi import app

    engine = app.extensions.get("engine")
    if engine is not None:
        engine.dispose(close=False)
