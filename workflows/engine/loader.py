"""Reading a definition file: YAML that remembers where each value stood, then the immutable definition.

``read`` never trusts the file beyond being YAML and reports its own faults (broken syntax, a key given twice) with
their place; every other fault is the linter's to find. ``build`` is for files that the linter has passed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from .definition import (
    APPLICATION,
    Action,
    Addressee,
    Branch,
    Definition,
    Fee,
    Field,
    Form,
    Limit,
    Material,
    Named,
    NoticeText,
    Opening,
    SignOffRule,
    State,
)

# libyaml is ten times as fast as the loader written in Python; both keep the same places.
COMPOSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[int, int]
Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault with its place, printed as ``file:line:col: message [rule]``."""

    file: str
    line: int
    column: int
    message: str
    rule: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Document:
    """The plain data of a file with the place of every key and value. ``places`` maps a path of keys to (line, column)."""

    file: str
    data: Any
    places: Mapping[Path_, Place]
    problems: tuple[Problem, ...] = field(default=())

    def place(self, *path: str | int) -> Place:
        """Where the value at ``path`` stands, or the nearest part above it that the file has."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def problem(self, rule: str, message: str, *path: str | int) -> Problem:
        """A fault found at ``path``."""
        line, column = self.place(*path)
        return Problem(self.file, line, column, message, rule)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Path_, Place] = {}
        self.problems: list[Problem] = []
        self.scalars = yaml.SafeLoader("")

    def value(self, node: yaml.Node, path: Path_) -> Any:
        self.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self.scalars.construct_object(node, deep=True)

    def mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if key in data:
                self.problems.append(Problem(self.file, line, column, f"the key {key!r} is given twice", "duplicate-key"))
                continue
            self.places[(*path, key)] = (line, column)
            data[key] = self.value(value_node, (*path, key))
        return data


def read_text(text: str, file: str) -> Document:
    """The document in ``text``; ``file`` is its name in messages. Broken YAML gives a document with one problem."""
    reader = _Reader(file)
    try:
        node = yaml.compose(text, Loader=COMPOSER)
        data = reader.value(node, ()) if node is not None else {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = getattr(error, "problem", None) or f"this is not YAML that can be read: {error}"
        return Document(file, {}, {}, (Problem(file, line, column, str(message), "syntax"),))
    return Document(file, data, reader.places, tuple(reader.problems))


def read(path: Path, root: Path | None = None) -> Document:
    """The document in the file at ``path``, named relative to ``root`` in messages."""
    name = path.relative_to(root).as_posix() if root else path.as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return Document(name, {}, {}, (Problem(name, 1, 1, "this file is not UTF-8: save it as UTF-8", "syntax"),))
    return read_text(text, name)


def fingerprint(data: Any) -> str:
    """SHA-256 over the canonical JSON of a definition's data: comments and layout do not count, every value does."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _named(value: Any) -> Named:
    if isinstance(value, str):
        return Named(value)
    ((name, parameters),) = value.items()
    return Named(name, MappingProxyType(dict(parameters or {})))


def _named_all(values: Any) -> tuple[Named, ...]:
    return tuple(_named(value) for value in values or ())


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def build_field(data: Mapping[str, Any]) -> Field:
    """A field of a form from its data."""
    optional = ("hint", "required", "show", "list", "minimum", "maximum", "max_length", "default", "rows")
    known = {key: data[key] for key in optional if key in data}
    return Field(
        name=data["name"],
        kind=data["kind"],
        label=data["label"],
        options=tuple((str(value), text) for value, text in (data.get("options") or {}).items()),
        columns=tuple(build_field(column) for column in data.get("columns") or ()),
        **known,
    )


def _form(name: str, data: Mapping[str, Any]) -> Form:
    return Form(name, data["title"], tuple(build_field(item) for item in data.get("fields") or ()), data.get("help"))


def _sign_off(data: Mapping[str, Any] | None) -> SignOffRule | None:
    if data is None:
        return None
    return SignOffRule(data["rule"], data.get("count", 0), data.get("share", 0), data.get("notice", ""), data.get("of", APPLICATION))


def _state(name: str, data: Mapping[str, Any], department: str) -> State:
    task = data.get("task")
    return State(
        name=name,
        title=data["title"],
        stage=data["stage"],
        task=Addressee(task["role"], task.get("department", department), task.get("office", "deciding")) if task else None,
        time=data.get("time"),
        opens=tuple(
            Opening(item["workflow"], item.get("when", "always"), tuple(item.get("after") or ())) for item in data.get("opens") or ()
        ),
        sign_off=_sign_off(data.get("sign_off")),
        closes=bool(data.get("closes", False)),
        final=bool(data.get("final", False)),
        outcome=data.get("outcome", ""),
        hint=data.get("hint"),
    )


def _branches(data: Mapping[str, Any]) -> tuple[Branch, ...]:
    if "branches" in data:
        return tuple(Branch(item["dest"], _named_all(item.get("guards"))) for item in data["branches"])
    return (Branch(data["dest"]),)


def _action(name: str, data: Mapping[str, Any]) -> Action:
    return Action(
        name=name,
        title=data["title"],
        source=_texts(data["source"]),
        branches=_branches(data),
        by=_texts(data["by"]),
        when=_named(data["when"]) if "when" in data else None,
        guards=_named_all(data.get("guards")),
        form=data.get("form", ""),
        effects=_named_all(data.get("effects")),
        notices=_texts(data.get("notices")),
        vote=data.get("vote", ""),
        style=data.get("style", "secondary"),
        hint=data.get("hint"),
    )


def _material(number: int, data: Mapping[str, Any]) -> Material:
    """A material; those of the first versions have no key of their own and are known by their place."""
    when = data.get("when") or ()
    return Material(
        name=data["name"],
        source=data["source"],
        key=data.get("key", f"material-{number}"),
        when=(when,) if isinstance(when, Mapping) else tuple(when),
        each=_texts(data.get("each")),
        same=data.get("same", ""),
        field=data.get("field", ""),
        why=data.get("why"),
    )


def _limit(times: Mapping[str, Any], name: str) -> Limit | None:
    data = times.get(name)
    return Limit(data["budget"], data["source"]) if data else None


def build(document: Document, roles: Mapping[str, Any]) -> Definition:
    """The definition in a document that the linter has passed. ``roles`` are the role titles shared by all definitions."""
    data = document.data
    times = data.get("times") or {}
    return Definition(
        key=data["workflow"],
        version=data["version"],
        kind=data["kind"],
        title=data["title"],
        summary=data["summary"],
        department=data["department"],
        initial=data["initial"],
        states=MappingProxyType({name: _state(name, item, data["department"]) for name, item in data["states"].items()}),
        actions=MappingProxyType({name: _action(name, item) for name, item in data["actions"].items()}),
        forms=MappingProxyType({name: _form(name, item) for name, item in (data.get("forms") or {}).items()}),
        pages=tuple(_form(item["page"], item) for item in data.get("pages") or ()),
        reads=tuple(data.get("reads") or ()),
        notices=MappingProxyType(
            {name: NoticeText(name, item["to"], item["text"], item.get("sms")) for name, item in (data.get("notices") or {}).items()}
        ),
        promised=_limit(times, "promised"),
        statutory=_limit(times, "statutory"),
        materials=tuple(_material(number, item) for number, item in enumerate(data.get("materials") or (), start=1)),
        fees=tuple(
            Fee(item["name"], str(item["amount"]), item["payer"], item.get("on_request", False)) for item in data.get("fees") or ()
        ),
        output=data.get("output"),
        fingerprint=fingerprint(data),
        roles=MappingProxyType(dict(roles)),
    )
