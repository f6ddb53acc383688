"""``approvals history``: event logs of the systems that the county had before, read in, listed and removed."""

from __future__ import annotations

import click


@click.group("history")
def group() -> None:
    """历史记录：导入以前系统的事件日志，列出，删除。"""
