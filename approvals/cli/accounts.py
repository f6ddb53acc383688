"""``approvals accounts``: staff, who cannot sign up by themselves."""

from __future__ import annotations

import click


@click.group("accounts")
def group() -> None:
    """账号：录入工作人员。"""
