"""The house rules on source text: each check takes a path and its text and gives `path:line: what is wrong`.

Kept apart from the tests so that each can be shown to fail on a planted fault.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

LONGEST_MODULE = 400
PURE_LIBRARIES = {"yaml", "transitions", "stdnum", "pygraphviz"}
COMMIT_SITE = "approvals/db/transaction.py"
STORAGE = "approvals/db/"
MIGRATIONS = "approvals/migrations"

# What each part of the product may import of the others. Everything may use `workflows`, which knows none of them.
# Parts not named here are helpers: they see the tables below them and each other.
HELPER = {"db", "models"}
ARROWS: dict[str, set[str]] = {
    "db": set(),
    "models": {"db"},
    "migrations": {"db", "models"},
    "migrations_runner": {"db", "models", "migrations"},
    "queries": {"models", "db"},
    "operations": {"queries", "models", "db"},
    "forms": {"models", "db"},
    "views": {"operations", "queries", "forms", "models", "db"},
    "demo": {"operations", "queries", "models", "db"},
    "jobs": {"operations", "queries", "models", "db", "demo"},
    "app": {"views", "demo", "operations", "queries", "forms", "models", "db"},
    "cli": {"app", "jobs", "demo", "operations", "queries", "models", "db", "migrations_runner"},
}


def imported(path: str, source: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that a module imports, relative imports resolved."""
    package = path.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"


def impure_imports(path: str, source: str) -> list[str]:
    """`workflows` stands alone: the standard library without its clock, and three libraries."""
    faults = []
    for line, name in imported(path, source):
        top = name.split(".")[0]
        if top not in {"workflows", *PURE_LIBRARIES, *sys.stdlib_module_names}:
            faults.append(f"{path}:{line}: workflows may not import {name}")
    return faults


def part_of(dotted: str) -> str:
    pieces = dotted.split(".")
    return pieces[1] if len(pieces) > 1 else ""


def wrong_arrows(path: str, source: str) -> list[str]:
    """Imports among the parts of `approvals` run one way."""
    own = path.removesuffix(".py").split("/")[1]
    allowed = ARROWS.get(own, HELPER)
    faults = []
    for line, name in imported(path, source):
        if name.split(".")[0] != "approvals":
            continue
        part = part_of(name)
        if part in ARROWS and part != own and part not in allowed and own != "__init__":
            faults.append(f"{path}:{line}: approvals.{own} may not import approvals.{part}")
    return faults


def too_long(path: str, source: str) -> list[str]:
    """A module that is longer than a reader's patience is split by subject."""
    lines = len(source.splitlines())
    return [f"{path}:{lines}: {lines} lines, {LONGEST_MODULE} at most"] if lines > LONGEST_MODULE else []


def commits(path: str, source: str) -> list[str]:
    """One module ends transactions, one package begins them."""
    if path == COMMIT_SITE or path.startswith(MIGRATIONS):
        return []
    ends, begins = {"commit"}, set() if path.startswith(STORAGE) else {"begin"}
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ends | begins:
            faults.append(f"{path}:{node.lineno}: .{node.func.attr}() belongs in {COMMIT_SITE}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isupper():
            word = node.value.split()[0].rstrip(";").lower()
            if word in ends | begins:
                faults.append(f"{path}:{node.lineno}: {node.value} belongs in {COMMIT_SITE}")
    return faults


def clock_readings(path: str, source: str) -> list[str]:
    """Pure code is told the time."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if owner in {"datetime", "date"}:
                faults.append(f"{path}:{node.lineno}: reads the clock: {owner}.{node.attr}")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time":
            if node.attr in {"time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime", "sleep"}:
                faults.append(f"{path}:{node.lineno}: reads the clock: time.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            faults.append(f"{path}:{node.lineno}: reads the clock: from time import …")
    return faults


def unfinished(path: str, text: str) -> list[str]:
    """What is kept is finished."""
    # Put together here so that the rule does not find itself.
    marks = ["TO" + "DO", "FIX" + "ME", r"raise\s+NotImplemented" + "Error"]
    return pattern_faults(path, text, re.compile(r"\b(?:" + "|".join(marks) + r")\b"), "unfinished")


def registry_hosts(path: str, text: str) -> list[str]:
    """Where packages come from is the machine's business."""
    hosts = ["py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.", "un" + r"pkg\.com", "js" + "delivr"]
    return pattern_faults(path, text, re.compile("|".join([*hosts, "--extra-" + "index"])), "names a registry")


def machine_paths(path: str, text: str) -> list[str]:
    """A path that exists on one machine only."""
    roots = "|".join(["ho" + "me", "ro" + "ot", "Us" + "ers", "wo" + "rk", "op" + "t", "tm" + "p"])
    return pattern_faults(path, text, re.compile(rf"(?<![\w.:/}}>*-])/(?:{roots})/\w"), "a path of one machine")


def pattern_faults(path: str, text: str, pattern: re.Pattern[str], meaning: str) -> list[str]:
    return [
        f"{path}:{number}: {meaning}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
