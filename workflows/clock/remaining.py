"""Remaining working time in words."""

from __future__ import annotations

DEFAULT_DAY = 7 * 3600


def format_length(seconds: int, locale: str, day_seconds: int = DEFAULT_DAY) -> str:
    """A length of working time, never negative, as a short phrase: 1 天 2 小时, 35 分钟; in English for a locale "en…"."""
    parts = _parts(abs(seconds), day_seconds)
    if locale.lower().startswith("en"):
        return " ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name, _ in parts) or "less than a minute"
    return " ".join(f"{count} {name}" for count, _, name in parts) or "不到 1 分钟"


def format_remaining(seconds: int, locale: str, day_seconds: int = DEFAULT_DAY) -> str:
    """Working seconds left, or over when negative, as a short phrase in Chinese, or English for a locale "en…".

    A day is one working day of `day_seconds`. Two units at most, rounded down."""
    parts = _parts(abs(seconds), day_seconds)
    if locale.lower().startswith("en"):
        text = " ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name, _ in parts)
        text = text or "less than a minute"
        return f"{text} over" if seconds < 0 else f"{text} left (working time)"
    text = "".join(f" {count} {name}" for count, _, name in parts) or "不到 1 分钟"
    return f"已超{text}" if seconds < 0 else f"还剩{text}（工作时间）"


def _parts(seconds: int, day_seconds: int) -> list[tuple[int, str, str]]:
    days, rest = divmod(seconds, day_seconds)
    hours, rest = divmod(rest, 3600)
    counts = [(days, "day", "天"), (hours, "hour", "小时")]
    if not days:
        counts.append((rest // 60, "minute", "分钟"))
    return [part for part in counts if part[0]]
