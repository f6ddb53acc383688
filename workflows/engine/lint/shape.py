"""What a definition file looks like: which keys stand where, and what kind of value each takes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..loader import Path_

LANGUAGES = ("zh", "en")
"""The languages that every text must be given in."""

Fault = tuple[str, str, Path_]
"""Rule, message, and the path of the value at fault."""

Shape = Callable[[Any, Path_], Iterator[Fault]]

BREAKING = frozenset({"missing-key", "wrong-type", "syntax", "duplicate-key"})
"""Faults after which a definition cannot be built, so the rules on its meaning have to wait."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """“; did you mean …?” for a slip of the pen, else the list of what is known."""
    known = sorted(known)
    close = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are: {', '.join(known) or 'none'}"


def of_type(kind: type, meaning: str) -> Shape:
    """A value of one type; a truth value does not pass for a number."""

    def check(value: Any, path: Path_) -> Iterator[Fault]:
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            yield "wrong-type", f"{_name(path)} must be {meaning}, not {_shown(value)}", path

    return check


def _name(path: Path_) -> str:
    return repr(path[-1]) if path else "the file"


def _shown(value: Any) -> str:
    return {dict: "a mapping", list: "a list", type(None): "empty"}.get(type(value), repr(value))


flag = of_type(bool, "true or false")
whole = of_type(int, "a whole number")


def word(value: Any, path: Path_) -> Iterator[Fault]:
    """A name that is not blank."""
    if isinstance(value, bool):
        yield "wrong-type", f"{_name(path)} must be a name: YAML reads a bare yes or no as true or false, so put it in quotes", path
    elif not isinstance(value, str) or not value.strip():
        yield "wrong-type", f"{_name(path)} must be a name, not {_shown(value)}", path


def anything(value: Any, path: Path_) -> Iterator[Fault]:
    """Left to the rule that knows its meaning."""
    yield from ()


def scalar(value: Any, path: Path_) -> Iterator[Fault]:
    """One value, whatever its type."""
    if isinstance(value, dict | list) or value is None:
        yield "wrong-type", f"{_name(path)} must be one value, not {_shown(value)}", path


def text(value: Any, path: Path_) -> Iterator[Fault]:
    """A sentence or title in every language of the product."""
    if not isinstance(value, dict):
        yield "wrong-type", f"{_name(path)} must be a text such as {{zh: …, en: …}}, not {_shown(value)}", path
        return
    for language in LANGUAGES:
        if language not in value:
            yield "text-missing", f"{_name(path)} has no text in {language!r}: add it", path
        elif not isinstance(value[language], str) or not value[language].strip():
            message = f"the {language!r} text of {_name(path)} is blank or no text: write it (in quotes where needed)"
            yield "text-missing", message, (*path, language)
    for language, sentence in value.items():
        if language not in LANGUAGES:
            # What follows a bare comma in {zh: …, en: …} becomes a key without a value.
            why = "; put a text with a comma in quotes" if sentence in (None, "") else suggestion(language, LANGUAGES)
            yield "unknown-key", f"{language!r} is not a language of the product{why}", (*path, language)


def listed(shape: Shape, empty: bool = False) -> Shape:
    """A list of values of one shape."""

    def check(value: Any, path: Path_) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield "wrong-type", f"{_name(path)} must be a list, not {_shown(value)}", path
            return
        if not value and not empty:
            yield "missing-key", f"{_name(path)} is an empty list: name at least one", path
        for index, item in enumerate(value):
            yield from shape(item, (*path, index))

    return check


def mapped(shape: Shape) -> Shape:
    """Names, each with a value of one shape."""

    def check(value: Any, path: Path_) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield "wrong-type", f"{_name(path)} must be a mapping of names, not {_shown(value)}", path
            return
        if not value:
            yield "missing-key", f"{_name(path)} is empty: name at least one", path
        for name, item in value.items():
            yield from shape(item, (*path, name))

    return check


def names(value: Any, path: Path_) -> Iterator[Fault]:
    """One name, or a list of names."""
    yield from listed(word)(value, path) if isinstance(value, list) else word(value, path)


def scalars(value: Any, path: Path_) -> Iterator[Fault]:
    """One value, or a list of values."""
    yield from listed(scalar)(value, path) if isinstance(value, list) else scalar(value, path)


PARAMETERS: Mapping[str, Shape] = {
    **dict.fromkeys(("workflow", "page", "field", "kind", "stage", "result"), word),
    "of": listed(word),
    "outcome": names,
    "join": scalar,
    "working_days": whole,
    "after": anything,
}
"""The shapes of parameters; those that are not named here take one value or several."""


def named(value: Any, path: Path_) -> Iterator[Fault]:
    """A registered guard, effect or trigger: its name, or a mapping from its name to its parameters."""
    if isinstance(value, dict):
        if len(value) != 1:
            yield "wrong-type", f"write one name with its parameters, not {len(value)} names: {{name: {{parameter: value}}}}", path
        for name, parameters in value.items():
            if parameters is not None and not isinstance(parameters, dict):
                yield "wrong-type", f"the parameters of {name!r} must be a mapping, not {_shown(parameters)}", (*path, name)
                continue
            for parameter, item in (parameters or {}).items():
                yield from PARAMETERS.get(parameter, scalars)(item, (*path, name, parameter))
    else:
        yield from word(value, path)


def condition(value: Any, path: Path_) -> Iterator[Fault]:
    """``{field: …, is: …}`` or ``{field: …, has: …}``."""
    if not isinstance(value, dict) or "field" not in value or ("is" in value) == ("has" in value):
        yield "wrong-type", f"{_name(path)} must be {{field: NAME, is: VALUE}} or {{field: NAME, has: VALUE}}", path
        return
    yield from word(value["field"], (*path, "field"))
    asked = "is" if "is" in value else "has"
    yield from scalars(value[asked], (*path, asked))
    for key in value:
        if key not in ("field", "is", "has"):
            yield "unknown-key", f"{key!r} is not known in a condition{suggestion(key, ('field', 'is', 'has'))}", (*path, key)


def conditions(value: Any, path: Path_) -> Iterator[Fault]:
    """One condition, or a list of conditions that must all hold."""
    yield from listed(condition)(value, path) if isinstance(value, list) else condition(value, path)


def required(value: Any, path: Path_) -> Iterator[Fault]:
    """True, false or a condition."""
    if not isinstance(value, bool):
        yield from condition(value, path)


def keyed(needed: Mapping[str, Shape], optional: Mapping[str, Shape]) -> Shape:
    """A mapping with these keys and no others."""
    every = {**needed, **optional}

    def check(value: Any, path: Path_) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield "wrong-type", f"{_name(path)} must be a mapping with the keys {', '.join(every)}, not {_shown(value)}", path
            return
        for key in needed:
            if key not in value:
                yield "missing-key", f"{_name(path)} lacks the key {key!r}: add it", path
        for key, item in value.items():
            if key in every:
                yield from every[key](item, (*path, key))
            else:
                yield "unknown-key", f"the key {key!r} is not known here{suggestion(key, every)}", (*path, key)

    return check


def action(value: Any, path: Path_) -> Iterator[Fault]:
    """An action, with one ``dest`` or several guarded ``branches``."""
    yield from _ACTION(value, path)
    if isinstance(value, dict) and ("dest" in value) == ("branches" in value):
        yield "missing-key", f"{_name(path)} needs either 'dest' or 'branches': say where it leads", path


def field(value: Any, path: Path_) -> Iterator[Fault]:
    """A question of a form; a column of a table looks the same."""
    yield from _FIELD(value, path)


_FIELD = keyed(
    {"name": word, "kind": word, "label": text},
    {
        "hint": text,
        "required": required,
        "show": condition,
        "options": mapped(text),
        "list": word,
        "columns": listed(field),
        "minimum": whole,
        "maximum": whole,
        "max_length": whole,
        "default": scalar,
        "rows": whole,
    },
)
_STATE = keyed(
    {"title": text, "stage": word},
    {
        "task": keyed({"role": word}, {"department": word, "office": word}),
        "time": anything,
        "opens": listed(keyed({"workflow": word}, {"when": word, "after": listed(word)})),
        "sign_off": keyed({"rule": word}, {"of": word, "count": whole, "share": whole, "notice": word}),
        "closes": flag,
        "final": flag,
        "outcome": word,
        "hint": text,
        "like": word,
    },
)
_ACTION = keyed(
    {"title": text, "source": names, "by": names},
    {
        "dest": word,
        "branches": listed(keyed({"dest": word}, {"guards": listed(named)})),
        "when": named,
        "guards": listed(named),
        "form": word,
        "effects": listed(named),
        "notices": listed(word),
        "vote": word,
        "style": word,
        "hint": text,
    },
)
_LIMIT = keyed({"budget": anything, "source": text}, {})

DEFINITION = keyed(
    {
        "workflow": word,
        "version": whole,
        "kind": word,
        "title": text,
        "summary": text,
        "department": word,
        "initial": word,
        "output": text,
        "times": keyed({"promised": _LIMIT}, {"statutory": _LIMIT}),
        "materials": listed(
            keyed(
                {"name": text, "source": word},
                {"key": word, "when": conditions, "each": names, "same": word, "field": word, "why": text},
            )
        ),
        "fees": listed(keyed({"name": text, "amount": anything, "payer": word}, {"on_request": flag})),
        "states": mapped(_STATE),
        "actions": mapped(action),
    },
    {
        "reads": listed(word),
        "forms": mapped(keyed({"title": text, "fields": listed(field)}, {"help": text})),
        "pages": listed(keyed({"page": word, "title": text, "fields": listed(field)}, {"help": text})),
        "notices": mapped(keyed({"to": word, "text": text}, {"sms": text})),
    },
)

VOCABULARY = keyed(
    {
        **{kind: mapped(text) for kind in ("roles", "departments", "stages", "outcomes", "sources", "payers", "documents", "contacts")},
        "reasons": mapped(text),
        "lists": listed(word),
    },
    {},
)
