"""What may stand beside the name of a row of figures: counts, shares, durations, or whose the time was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from approvals.language import _, _l, say
from approvals.queries.statistics.lines import CaseLine, StepLine
from approvals.queries.statistics.rolled import TIMES
from workflows.statistics.attribution import CLASSES, TITLES, Attribution
from workflows.statistics.histograms import Histogram
from workflows.statistics.measures import INDICATORS, measures, ratio

from .charts import Series, chart
from .part import apportioned, hours, percent
from .sheets import Cell, Column

COUNTS, RATES, LENGTHS, WHOSE, EVERYTHING = "counts", "rates", "lengths", "whose", "all"
SETS = {
    COUNTS: _l("件数和结果"), RATES: _l("比率"), LENGTHS: _l("用时"), WHOSE: _l("时间用在谁那里"), EVERYTHING: _l("全部列出"),
}  # fmt: skip
SHARES = ("on_time", "faster_than_law", "faster_than_promised", "once_done", "delegated", "online", "no_visit", "visits")
MOST_DRAWN = 40

Judged = tuple[int, int]
"""How many openings meet all six claims, and of how many that can be judged."""


def times_of(shown: str) -> tuple[str, ...]:
    """The durations that have to be read for what is shown: half of what a rollup holds each."""
    return TIMES if shown in (LENGTHS, EVERYTHING) else ()


def _of_cases(shown: str) -> list[str]:
    return [each for each in (COUNTS, RATES, LENGTHS, WHOSE) if shown in (each, EVERYTHING)]


def case_columns(shown: str) -> list[Column]:
    """The columns of cases, after that of their name."""
    found: Mapping[str, Callable[[], list[Column]]] = {
        COUNTS: _count_columns, RATES: _rate_columns, LENGTHS: length_columns, WHOSE: whose_columns,
    }  # fmt: skip
    return [Column("n", 10), *(column for each in _of_cases(shown) for column in found[each]())]


def case_cells(shown: str, line: CaseLine, judged: Iterable[Judged]) -> list[Cell]:
    """The figures of cases under ``case_columns``."""
    found: Mapping[str, Callable[[], list[Cell]]] = {
        COUNTS: lambda: _counts(line), RATES: lambda: _rates(line, judged), LENGTHS: lambda: length_cells(line),
        WHOSE: lambda: whose_cells(line.seconds),
    }  # fmt: skip
    return [Cell(line.closed), *(cell for each in _of_cases(shown) for cell in found[each]())]


def step_columns(shown: str) -> list[Column]:
    """The columns of steps, after that of their name; steps have no shares but how many ended in time."""
    counts = [Column(title, 10) for title in (_("提前"), _("按时"), _("超期"), _("又一次进入"))]
    found = {COUNTS: counts, LENGTHS: length_columns(), WHOSE: whose_columns()}
    return [Column("n", 10), *(column for each, columns in found.items() if shown in (each, EVERYTHING) for column in columns)]


def step_cells(shown: str, line: StepLine) -> list[Cell]:
    """The figures of steps under ``step_columns``."""
    found: Mapping[str, Callable[[], list[Cell]]] = {
        COUNTS: lambda: [*map(Cell, (line.early, line.on_time, line.late, line.again))], LENGTHS: lambda: length_cells(line),
        WHOSE: lambda: whose_cells(line.seconds),
    }  # fmt: skip
    return [Cell(line.count), *(cell for each, cells in found.items() if shown in (each, EVERYTHING) for cell in cells())]


def _count_columns() -> list[Column]:
    return [
        Column(_("结转"), 10), Column(_("收件"), 10), Column(_("在办"), 10), Column(_("暂停计时"), 12),
        Column(_("办成"), 10), Column(_("不予登记或许可"), 14), Column(_("未办成"), 10), Column(_("撤回"), 10), Column(_("未开办"), 10),
        Column(_("提前"), 10), Column(_("按时"), 10), Column(_("超期"), 10),
    ]  # fmt: skip


def _counts(line: CaseLine) -> list[Cell]:
    return [
        *map(Cell, (
            line.carried_over, line.received, line.open, line.paused, line.done, line.refused, line.failed, line.withdrawn,
            line.not_opened, line.early, line.on_time, line.late,
        )),
    ]  # fmt: skip


def _rate_columns() -> list[Column]:
    return [Column(_title(name), 16) for name in (*SHARES, "claims_met")]


def _title(name: str) -> str:
    title = say(INDICATORS[name].title)
    return title if name == "visits" else _("%(measure)s（%(unit)s）", measure=title, unit="%")


def _rates(line: CaseLine, judged: Iterable[Judged]) -> list[Cell]:
    found = measures(line)
    visits = found["visits"].value
    met, of = (sum(counts) for counts in zip((0, 0), *judged, strict=True))
    return [
        *(Cell(percent(found[name].value), note=f"n={found[name].count:,}") for name in SHARES[:-1]),
        Cell(None if visits is None else round(visits, 2), note=f"n={found['visits'].count:,}"),
        Cell(percent(ratio(met, of)), note=f"n={of:,}"),
    ]


def length_columns() -> list[Column]:
    """Both ways to measure a duration, each with its mean, ends and quantiles."""
    figures = _("平均"), _("最短"), _("中位数"), _("90 分位数"), _("95 分位数"), _("最长")
    net = [Column(_("净工作时间%(figure)s（工作小时）", figure=figure), 18) for figure in figures]
    return [*net, *(Column(_("日历时间%(figure)s（小时）", figure=figure), 18) for figure in figures)]


def length_cells(line: CaseLine | StepLine) -> list[Cell]:
    """The figures under ``length_columns``."""
    return [Cell(hours(value)) for times in (line.working, line.wall) for value in _spread(times)]


def _spread(times: Histogram) -> list[float | None]:
    middle, nine, most = times.quantiles((0.5, 0.9, 0.95)) or (None, None, None)
    return [times.mean, times.minimum, middle, nine, most, times.maximum]


def whose_columns() -> list[Column]:
    """The whole working time, and what of it was whose."""
    titles = [say(TITLES[whose]) for whose in CLASSES]
    return [
        Column(_("全部工作时间（工作小时）"), 18),
        *(Column(_("%(measure)s（%(unit)s）", measure=title, unit=_("工作小时")), 18) for title in titles),
        *(Column(_("%(measure)s（%(unit)s）", measure=title, unit="%"), 14) for title in titles),
    ]


def whose_cells(seconds: Attribution) -> list[Cell]:
    """The figures under ``whose_columns``; as they are rounded the four still add up to the whole, and their shares to 100."""
    if not seconds.total:
        return [Cell(0), *(Cell(0) for _whose in CLASSES), *(Cell(None) for _whose in CLASSES)]
    whole = round(seconds.total / 36)
    in_hours, in_percent = apportioned(seconds.seconds(), whole), apportioned(seconds.seconds(), 1000)
    return [Cell(whole / 100), *(Cell(part / 100) for part in in_hours), *(Cell(part / 10) for part in in_percent)]


def whose_chart(names: Sequence[str], lines: Sequence[Any]) -> object:
    """The four classes of each row as one bar of a hundred percent; of rows that have any time, and not of too many."""
    drawn = [
        (name, apportioned(line.seconds.seconds(), 1000)) for name, line in zip(names, lines, strict=True) if line.seconds.total
    ][:MOST_DRAWN]  # fmt: skip
    series = [
        Series(say(TITLES[whose]), [parts[at] / 10 for _name, parts in drawn], unit="%", stack="whose")
        for at, whose in enumerate(CLASSES)
    ]
    return chart([name for name, _parts in drawn], series, axes=("%",), most=(100,), across=True)
