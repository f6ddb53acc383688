"""House rules on the source, each proven on a planted fault before it is asked of the product."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.house import checks
from tests.house.sources import kept_texts, modules

Check = Callable[[str, str], list[str]]

PLANTED: list[tuple[Check, str, str]] = [
    (checks.impure_imports, "workflows/engine/planted.py", "import flask\n"),
    (checks.impure_imports, "workflows/engine/planted.py", "def late():\n    from sqlalchemy import select\n"),
    (checks.impure_imports, "workflows/rules/planted.py", "from approvals.models import Case\n"),
    (checks.impure_imports, "workflows/rules/planted.py", "import pydantic\n"),
    (checks.wrong_arrows, "approvals/operations/planted.py", "from approvals.views import desk\n"),
    (checks.wrong_arrows, "approvals/operations/planted.py", "from ..views.desk import inbox\n"),
    (checks.wrong_arrows, "approvals/operations/planted.py", "from .. import forms\n"),
    (checks.wrong_arrows, "approvals/queries/planted.py", "import approvals.operations.cases\n"),
    (checks.wrong_arrows, "approvals/models/planted.py", "from approvals.queries import inbox\n"),
    (checks.wrong_arrows, "approvals/db/engine.py", "from approvals.models import Case\n"),
    (checks.wrong_arrows, "approvals/permissions.py", "from approvals.operations import cases\n"),
    (checks.wrong_arrows, "approvals/views/planted.py", "from approvals.cli import main\n"),
    (checks.too_long, "approvals/planted.py", "x = 1\n" * 401),
    (checks.commits, "approvals/operations/planted.py", "session.commit()\n"),
    (checks.commits, "approvals/operations/planted.py", "with session.begin():\n    pass\n"),
    (checks.commits, "approvals/operations/planted.py", "cursor.execute('COMMIT')\n"),
    (checks.commits, "approvals/operations/planted.py", "cursor.execute('BEGIN IMMEDIATE')\n"),
    (checks.commits, "approvals/db/engine.py", "connection.commit()\n"),
    (checks.clock_readings, "workflows/planted.py", "from datetime import datetime\nx = datetime.now()\n"),
    (checks.clock_readings, "workflows/planted.py", "import datetime\nx = datetime.datetime.utcnow()\n"),
    (checks.clock_readings, "workflows/planted.py", "from datetime import date\nx = date.today\n"),
    (checks.clock_readings, "workflows/planted.py", "import time\nx = time.time()\n"),
    (checks.clock_readings, "workflows/planted.py", "from time import time\n"),
    (checks.unfinished, "approvals/planted.py", "# TO" + "DO: later\n"),
    (checks.unfinished, "approvals/planted.py", "raise NotImplemented" + "Error\n"),
    (checks.registry_hosts, "planted.txt", "--index https://py" + "pi.org/simple\n"),
    (checks.machine_paths, "planted.py", 'path = "/ho' + 'me/somebody/x"\n'),
    (checks.machine_paths, "planted.md", "cd /wo" + "rk/product\n"),
]
INNOCENT: list[tuple[Check, str, str]] = [
    (checks.impure_imports, "workflows/engine/fine.py", "import yaml\nfrom transitions.core import Machine\n"),
    (checks.impure_imports, "workflows/rules/fine.py", "from ..engine import facts\nfrom . import names\n"),
    (checks.wrong_arrows, "approvals/views/fine.py", "from ..operations import cases\nfrom .access import requires\n"),
    (checks.wrong_arrows, "approvals/operations/fine.py", "from workflows.engine import x\nimport approvals.db\n"),
    (checks.too_long, "approvals/fine.py", "x = 1\n" * 400),
    (checks.commits, "approvals/db/transaction.py", "session.commit()\n"),
    (checks.commits, "approvals/db/engine.py", "connection.exec_driver_sql('BEGIN IMMEDIATE')\n"),
    (checks.clock_readings, "workflows/fine.py", "x = facts.now\ny = context.today\nfrom datetime import time\n"),
    (checks.unfinished, "approvals/fine.py", "todos = []\n"),
    (checks.machine_paths, "fine.py", 'x = "https://example.cn/ho' + 'me/x"\ny = "/usr/bin/chromium"\n'),
]


@pytest.mark.parametrize(("check", "path", "source"), PLANTED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_fault_is_found(check: Check, path: str, source: str) -> None:
    faults = check(path, source)
    assert faults
    assert all(fault.startswith(f"{path}:") for fault in faults)


@pytest.mark.parametrize(("check", "path", "source"), INNOCENT, ids=lambda value: getattr(value, "__name__", ""))
def test_innocent_code_is_left_alone(check: Check, path: str, source: str) -> None:
    assert check(path, source) == []


@pytest.mark.parametrize(
    ("check", "packages"),
    [
        (checks.impure_imports, ["workflows"]),
        (checks.clock_readings, ["workflows"]),
        (checks.wrong_arrows, ["approvals"]),
        (checks.commits, ["approvals"]),
        (checks.too_long, ["approvals", "workflows"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_modules_keep_the_rule(check: Check, packages: list[str]) -> None:
    faults = [fault for package in packages for path, source in modules(package) for fault in check(path, source)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "check", [checks.unfinished, checks.registry_hosts, checks.machine_paths], ids=lambda value: value.__name__
)
def test_kept_files_keep_the_rule(check: Check) -> None:
    texts = list(kept_texts())
    assert texts
    faults = [fault for path, text in texts for fault in check(path, text)]
    assert not faults, "\n".join(faults)
