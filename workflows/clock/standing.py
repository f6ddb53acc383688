"""Which of the entries of a year stand: one that was taken back is there no more, and what stood before it counts again."""

from __future__ import annotations

from collections.abc import Iterable

from .calendar import Year


def standing(delivered: Year, entered: Iterable[Year]) -> list[int]:
    """The entries that stand one upon the other, the one in force last: 0 is the year as it was delivered, 1 the first entry.

    An entry that says again what an earlier one that stands says takes back all that came after that one; so does a provisional
    one with every entry, since no notice is ever provisional.
    """
    years, stack = [delivered], [0]
    for index, year in enumerate(entered, 1):
        years.append(year)
        again = 0 if not year.official else next((place for place, each in enumerate(stack) if years[each] == year), len(stack))
        stack = stack[: again + 1] if again < len(stack) else [*stack, index]
    return stack
