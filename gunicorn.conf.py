"""How the web processes run: `gunicorn wsgi:app` reads this file, and `approvals serve` starts it the same way."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
# Each worker loads the application itself: a database connection carried over a fork corrupts its protocol.
preload_app = False
# Where somebody not signed in wanted to go stands in the address of the sign-in page, three bytes and more a character.
limit_request_line = 8190
timeout = 60
graceful_timeout = 10
# A heartbeat file on a slow disk makes the master kill workers that are well.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# The control socket lies in the home directory, which a service account may not have, and nothing here uses it.
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"
