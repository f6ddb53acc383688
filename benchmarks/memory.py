"""What a web process takes: the application in a process of its own, after it has served its public pages."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

_PROCESS = """
import json, sys
from approvals.app import create_app

application = create_app({"DATABASE_URL": sys.argv[1], "SECRET_KEY": "0123456789abcdef" * 4, "DEMO": False})
client = application.test_client()
paths = ("/healthz", "/", "/guides", "/guides/company-opening", "/sign-in") * 5
statuses = [client.get(path).status_code for path in paths]
with open("/proc/self/status") as status:
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
print(json.dumps({"rss_mb": round(resident / 1024, 1), "statuses": sorted(set(statuses))}))
"""


def measure(url: str) -> dict[str, Any]:
    """Resident megabytes of one web process on the database of that URL."""
    ended = subprocess.run([sys.executable, "-c", _PROCESS, url], capture_output=True, text=True, timeout=60, check=True)
    return {"bench": "memory", **json.loads(ended.stdout)}
