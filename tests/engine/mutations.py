"""Every small fault that a writer could make in a definition, made one at a time in every place."""

import copy
import itertools
from collections.abc import Callable, Iterator
from typing import Any

Path = tuple[str | int, ...]
Mutation = tuple[str, dict[str, Any]]

NAMES = ("dest", "source", "initial", "department", "stage", "form", "workflow", "list", "role", "to", "payer", "style")
"""Keys whose value names something."""

NEEDED = (
    *("dest", "source", "by", "stage", "initial", "department", "version", "kind", "states", "actions", "times", "reads"),
    *("role", "task", "time", "final", "outcome", "closes", "of", "join", "page", "field", "is", "after", "result"),
    *("label", "title", "summary", "output", "text", "to", "fields", "options", "columns", "list", "budget", "payer"),
    *("amount", "materials", "fees", "promised", "notices", "forms", "pages"),
)
"""Keys that cannot be left out of the shipped definitions wherever they stand."""


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with its path, the whole first."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from walk(item, (*path, key))


def at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def changed(data: dict[str, Any], path: Path, change: Callable[[Any, Any], None]) -> dict[str, Any]:
    """A copy in which ``change(container, key)`` was done to the value at ``path``; only what lies above it is copied."""
    fresh = container = copy.copy(data)
    for key in path[:-1]:
        container[key] = copy.copy(container[key])
        container = container[key]
    change(container, path[-1])
    return fresh


def drop(container: Any, key: Any) -> None:
    del container[key]


def put(value: Any) -> Callable[[Any, Any], None]:
    def change(container: Any, key: Any) -> None:
        container[key] = value

    return change


def rename(container: Any, key: Any) -> None:
    """Misspell the value, or the name of a mapping of one name."""
    value = container[key]
    container[key] = {f"{name}-x": item for name, item in value.items()} if isinstance(value, dict) else f"{value}-x"


def is_text(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"zh", "en"}


Edit = tuple[Path, Callable[[Any, Any], None]]


def text_edits(data: dict[str, Any]) -> Iterator[Edit]:
    """What drops each text in each language, and what leaves it blank."""
    for path, value in walk(data):
        if is_text(value):
            for language in ("zh", "en"):
                yield (*path, language), drop
                yield (*path, language), put(" ")


def in_batches(edits: Iterator[Edit], size: int) -> Iterator[list[Edit]]:
    """Edits together, no two of them of the same text."""
    batches: list[dict[Path, Edit]] = []
    for edit in edits:
        text = edit[0][:-1]
        room = next((batch for batch in batches if len(batch) < size and text not in batch), None)
        if room is None:
            room = {}
            batches.append(room)
        room[text] = edit
    yield from (list(batch.values()) for batch in batches)


def texts(data: dict[str, Any]) -> Iterator[Mutation]:
    """One text of each kind of place without its Chinese: all of them, by dozens, have a test of their own."""
    seen = set()
    for path, change in text_edits(data):
        kind = tuple("#" if isinstance(key, int) else key for key in path)
        if path[-1] == "zh" and change is drop and kind not in seen:
            seen.add(kind)
            yield f"text dropped {path}", changed(data, path, drop)


def needed_keys(data: dict[str, Any]) -> Iterator[Mutation]:
    """Each key left out that says something which has no other place."""
    for path, value in walk(data):
        if isinstance(value, dict):
            for key in value:
                if key in NEEDED and not _is_a_name(path) and not (key == "after" and "timer" not in path and not value[key]):
                    if key == "reads" and "pages" not in data and data["workflow"] != "bank-account":
                        continue
                    yield f"key dropped {(*path, key)}", changed(data, (*path, key), drop)


def _is_a_name(path: Path) -> bool:
    """Whether the keys of the mapping at ``path`` are names that the writer chose."""
    return bool(path) and path[-1] in ("states", "actions", "forms", "notices", "options") and len(path) in (1, 5, 7)


def unknown_keys(data: dict[str, Any]) -> Iterator[Mutation]:
    """A key that nobody knows, once in each kind of mapping with fixed keys: in a list, in its first member."""
    seen = set()
    for path, value in walk(data):
        kind = tuple("#" if isinstance(key, int) else key for key in path)
        if isinstance(value, dict) and not _is_a_name(path) and kind not in seen:
            seen.add(kind)
            yield f"unknown key {path}", changed(data, (*path, "colour"), put("red"))


def wrong_names(data: dict[str, Any]) -> Iterator[Mutation]:
    """Each name of something else misspelt."""
    for path, value in walk(data):
        key = path[-1] if path else ""
        if key in NAMES and isinstance(value, str) and not _is_a_name(path[:-1]):
            yield f"misspelt {path}", changed(data, path, rename)
        listed = path[-2] if len(path) > 1 and isinstance(key, int) else ""
        if listed in ("source", "by", "reads", "notices", "of", "after", "guards", "effects", "outcome") or key == "when":
            yield f"misspelt {path}", changed(data, path, rename)
        if key in ("outcome", "by", "kind", "field", "office") and isinstance(value, str):
            yield f"misspelt {path}", changed(data, path, rename)
        if key in ("guards", "effects", "when") or listed in ("guards", "effects"):
            for inner, parameters in walk(value, path):
                if isinstance(parameters, dict) and inner and isinstance(inner[-1], str) and inner != path:
                    for name in parameters:
                        yield f"parameter dropped {(*inner, name)}", changed(data, (*inner, name), drop)


def dropped_members(data: dict[str, Any]) -> Iterator[Mutation]:
    """Each member of a list taken out: a role, a source, a guard, a join's member, a linked case, a branch, a notice."""
    lists = ("source", "by", "guards", "of", "after", "opens", "outcome", "branches", "notices")
    for path, _ in walk(data):
        if len(path) > 1 and path[-2] in lists and isinstance(path[-1], int):
            yield f"member dropped {path}", changed(data, path, drop)
    for path, value in walk(data):
        if path[-3:] == ("fields", 0, "options") and "matters" in str(at(data, path[:-3])):
            for option in value:
                yield f"choice dropped {(*path, option)}", changed(data, (*path, option), drop)


def transitions(data: dict[str, Any]) -> Iterator[Mutation]:
    """Each action and each state taken out."""
    for kind in ("actions", "states", "forms", "notices"):
        for name in data.get(kind, ()):
            yield f"{kind} dropped {name}", changed(data, (kind, name), drop)


def _sources(action: dict[str, Any]) -> list[str]:
    return [action["source"]] if isinstance(action["source"], str) else action["source"]


def _without(action: dict[str, Any], state: str) -> dict[str, Any] | None:
    """An action that no longer leads to a state; None when it leads nowhere else."""
    if "branches" not in action:
        return None if action["dest"] == state else action
    left = [branch for branch in action["branches"] if branch["dest"] != state]
    return {**action, "branches": left} if left else None


def graph(data: dict[str, Any]) -> Iterator[Mutation]:
    """Each state made unreachable, each open state made a trap, with a way round in it or without any."""
    for state, content in data["states"].items():
        if state != data["initial"]:
            fresh = copy.deepcopy(data)
            fresh["actions"] = {name: left for name, action in data["actions"].items() if (left := _without(action, state))}
            yield f"unreachable {state}", fresh
        if not content.get("final"):
            fresh = copy.deepcopy(data)
            for name, action in data["actions"].items():
                left = [source for source in _sources(action) if source != state]
                fresh["actions"][name]["source"] = left
                if not left:
                    del fresh["actions"][name]
            yield f"no way out of {state}", fresh
            fresh = copy.deepcopy(data)
            for name, action in data["actions"].items():
                if state in _sources(action):
                    fresh["actions"][name].pop("branches", None)
                    fresh["actions"][name]["dest"] = "="
            yield f"trap {state}", fresh
    for state, content in data["states"].items():
        if content.get("final"):
            yield f"begins in {state}", changed(data, ("initial",), put(state))
        yield f"nobody can act in {state}", changed(data, ("states", state, "task"), put({"role": "administrator"}))


def waiting(data: dict[str, Any]) -> Iterator[Mutation]:
    """Each join and each guard on linked cases made such that it can never be met."""
    for path, value in walk(data):
        if path and path[-1] == "linked_cases_settled":
            yield f"join of too many {path}", changed(data, (*path, "join"), put(99))
            yield f"join of none {path}", changed(data, (*path, "join"), put(0))
            yield f"join of a stranger {path}", changed(data, (*path, "of"), put([data["workflow"]]))
        if path and path[-1] == "linked_case_ended":
            yield f"never ends so {path}", changed(data, (*path, "outcome"), put(["not_opened"]))
            yield f"never opened {path}", changed(data, (*path, "workflow"), put(data["workflow"]))
        if value in ("predecessors_settled", {"linked_cases_settled": {"join": "all"}}) and path[-1] == "when":
            yield f"waits for another {path}", changed(data, path, put({"linked_cases_settled": {"join": "any"}}))
        if path and path[-1] == "predecessors_done":
            yield f"guard turned round {path}", changed(data, path, put("predecessor_not_done"))


def times(data: dict[str, Any]) -> Iterator[Mutation]:
    """Each time made unreadable, and each step on the way too long for the promise."""
    for path, _ in walk(data):
        if path[-1:] in (("time",), ("budget",)) or path[-2:] == ("timer", "after"):
            yield f"unreadable time {path}", changed(data, path, put({"fortnights": 1}))
            yield f"negative time {path}", changed(data, path, put({"working_hours": -1}))
    if "promised" in data["times"]:
        yield "promise above the law or below the steps", changed(
            data, ("times", "promised", "budget"), put({"months": 12} if "statutory" in data["times"] else {"working_hours": 0})
        )


NONSENSE = (None, [], {}, "", "nonsense", 5, -1, True, [None], {"nonsense": None}, [[]], "2026-13-45")


def nonsense(data: dict[str, Any]) -> Iterator[Mutation]:
    """Each value replaced by something of another kind, by turns."""
    turn = itertools.cycle(NONSENSE)
    for path, _ in walk(data):
        if path:
            value = next(turn)
            yield f"{value!r} at {path}", changed(data, path, put(value))


KINDS = (texts, needed_keys, unknown_keys, wrong_names, dropped_members, transitions, graph, waiting, times)


def mutations(data: dict[str, Any]) -> Iterator[tuple[str, Mutation]]:
    """Every mutation of a definition, with the name of its kind."""
    for kind in KINDS:
        for mutation in kind(data):
            yield kind.__name__, mutation
