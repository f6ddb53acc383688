"""A workflow as a drawing: SVG that scales, without scripts and without inline styles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any

from .definition import STAYS, Action, Definition, State, Text

FONT_SIZE = 12
_POINTS_PER_INCH = 72

COLOURS = {
    "current": ("#fff3cd", "#b45309"),
    "visited": ("#dcfce7", "#15803d"),
    "final": ("#f1f5f9", "#475569"),
    "open": ("#ffffff", "#475569"),
}
"""Fill and border of a state, by what it is for the case drawn."""

_WAITING: Text = {"zh": "等待", "en": "waiting"}


def text_width(line: str) -> float:
    """Width in inches: wide characters take one em, others a little over half; Graphviz itself guesses without fonts."""
    ems = sum(1.0 if unicodedata.east_asian_width(character) in "WF" else 0.58 for character in line)
    return ems * FONT_SIZE / _POINTS_PER_INCH


def draw(
    definition: Definition,
    language: str,
    *,
    current: str | None = None,
    visited: Iterable[str] = frozenset(),
    titles: Mapping[str, Text] = MappingProxyType({}),
) -> str:
    """The SVG of a workflow in one language, with the state a case is in and those it has been in marked.

    ``titles`` are the titles of the workflows that its states open, by key. Takes a few milliseconds.
    """
    visited = frozenset(visited)
    graph = _empty()
    for state in definition.states.values():
        kind = _kind(state, current, visited)
        lines = _state_lines(definition, state, language, titles)
        fill, border = COLOURS[kind]
        graph.add_node(
            f"state:{state.name}",
            label=_label(lines),
            shape="box",
            style="rounded,filled",
            fillcolor=fill,
            color=border,
            penwidth="2" if kind == "current" else "1",
            peripheries="2" if state.final else "1",
            **{"class": f"state {kind}"},
            **_size(lines),
        )
    for number, ((source, dest, automatic), actions) in enumerate(_grouped(definition).items()):
        lines = [action.title[language] for action in actions]
        line = "dashed" if automatic else "solid"
        graph.add_node(f"action:{number}", label=_label(lines), shape="plaintext", **{"class": "action"}, **_size(lines, 0.1))
        graph.add_edge(f"state:{source}", f"action:{number}", arrowhead="none", style=line)
        graph.add_edge(f"action:{number}", f"state:{dest}", style=line)
    return _drawn(graph, definition.title[language])


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a drawing of what happened: its lines, and whether it is where something ended or another workflow."""

    name: str
    lines: Sequence[str]
    kind: str = "open"
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way that was taken: what is written on it, how wide it is drawn, and whether it is marked."""

    source: str
    dest: str
    lines: Sequence[str]
    width: float = 1
    is_marked: bool = False
    is_dashed: bool = False


def draw_flow(title: str, boxes: Iterable[Box], arrows: Iterable[Arrow]) -> str:
    """The SVG of boxes and of the ways between them, each with its figures, as wide as its letters ask for. Takes milliseconds."""
    graph = _empty()
    # Figures need room beside the boxes: from left to right they stand below each other, and the drawing stays on the screen.
    graph.graph_attr.update(rankdir="LR", nodesep="0.15", ranksep="0.25")
    for box in boxes:
        fill, border = COLOURS[box.kind]
        graph.add_node(
            f"state:{box.name}", label=_label(box.lines), shape="box", style="filled" if box.is_other else "rounded,filled",
            fillcolor=fill, color=border, peripheries="2" if box.kind == "final" else "1", **{"class": f"state {box.kind}"},
            **_size(list(box.lines)),
        )  # fmt: skip
    for number, arrow in enumerate(arrows):
        colour, look = _MARKED if arrow.is_marked else _PLAIN, "dashed" if arrow.is_dashed else "solid"
        graph.add_node(
            f"way:{number}", label=_label(arrow.lines), shape="box" if arrow.is_marked else "plaintext", fontcolor=colour,
            style="filled" if arrow.is_marked else "", fillcolor="#fdecea", color=colour,
            **{"class": "marked" if arrow.is_marked else "way"}, **_size(list(arrow.lines), 0.15),
        )  # fmt: skip
        width = f"{arrow.width:.1f}"
        graph.add_edge(f"state:{arrow.source}", f"way:{number}", arrowhead="none", style=look, penwidth=width, color=colour)
        graph.add_edge(f"way:{number}", f"state:{arrow.dest}", style=look, penwidth=width, color=colour)
    svg = _drawn(graph, title)
    wide = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ', svg)
    return svg.replace("<svg", f'<svg width="{round(float(wide[1]) * _LARGER)}"', 1) if wide else svg


_LARGER = 1.15
_MARKED, _PLAIN = "#a3211d", "#475569"


def _empty() -> Any:
    # Graphviz adds 20 MB to a process: only those that draw pay for it.
    import pygraphviz  # type: ignore[import-untyped]

    graph = pygraphviz.AGraph(directed=True, strict=False)
    graph.graph_attr.update(rankdir="TB", nodesep="0.3", ranksep="0.3", bgcolor="transparent", margin="0.05")
    graph.node_attr.update(fontname="sans-serif", fontsize=str(FONT_SIZE), fixedsize="true", color="#475569")
    graph.edge_attr.update(color="#64748b", arrowsize="0.7")
    return graph


def _drawn(graph: Any, title: str) -> str:
    svg: bytes = graph.draw(format="svg", prog="dot")
    return _embeddable(svg.decode("utf-8"), title)


def _kind(state: State, current: str | None, visited: frozenset[str]) -> str:
    if state.name == current:
        return "current"
    if state.name in visited:
        return "visited"
    return "final" if state.final else "open"


def _state_lines(definition: Definition, state: State, language: str, titles: Mapping[str, Text]) -> list[str]:
    lines = [state.title[language]]
    if state.task is not None:
        lines.append(definition.roles[state.task.role][language])
    elif not state.final:
        lines.append(_WAITING[language])
    lines += [f"· {titles[opening.workflow][language]}" for opening in state.opens if opening.workflow in titles]
    return lines


def _grouped(definition: Definition) -> dict[tuple[str, str, bool], list[Action]]:
    """Actions by where they come from and lead to, so that one arrow can carry several."""
    found: dict[tuple[str, str, bool], list[Action]] = {}
    for action in definition.actions.values():
        for source in action.source:
            for branch in action.branches:
                dest = source if branch.dest == STAYS else branch.dest
                found.setdefault((source, dest, action.automatic), []).append(action)
    return found


def _label(lines: Iterable[str]) -> str:
    return "\\n".join(line.replace("\\", "\\\\") for line in lines)


def _size(lines: list[str], margin: float = 0.3) -> dict[str, str]:
    width = max(text_width(line) for line in lines) + margin
    height = len(lines) * FONT_SIZE * 1.25 / _POINTS_PER_INCH + margin / 2
    return {"width": f"{width:.3f}", "height": f"{height:.3f}"}


def _embeddable(svg: str, title: str) -> str:
    """The bare element: no fixed size, no ids that another drawing on the page has too, no inline styles, one title."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<title>.*?</title>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s(?:id|style)="[^"]*"', "", svg)
    head, _, rest = svg.partition(">")
    head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="{escape(title)}">{rest}'
