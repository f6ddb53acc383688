"""``approvals accounts``: staff, who cannot sign up by themselves, and people who forgot their password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import click

from approvals.operations import passwords
from approvals.operations.accounts import reset_password
from approvals.operations.errors import Refusal
from approvals.operations.permissions import STAFF_ROLES
from approvals.operations.staff import add_staff

from .context import open_database

DEPARTMENTS = ("approval-bureau", "public-security", "tax", "human-resources", "medical-insurance", "housing-fund", "bank")

_PASSWORD_FAULTS = {
    "short": f"密码太短，至少 {passwords.SHORTEST} 个字符。",
    "long": f"密码太长，最多 {passwords.LONGEST} 个字符。",
    "digits": "密码不能全是数字。",
    "guessable": "密码太容易猜到，请不要包含登录名，也不要只重复几个字符。",
}


@click.group("accounts")
def group() -> None:
    """账号：录入工作人员，重设密码。"""


@group.command("add-staff")
@click.argument("sign_in_name")
@click.option("--name", required=True, help="姓名。")
@click.option("--role", required=True, type=click.Choice(STAFF_ROLES), help="岗位角色。")
@click.option("--department", type=click.Choice(DEPARTMENTS), default="approval-bureau", show_default=True, help="部门。")
@click.option("--office", default="hall", show_default=True, help="服务点代码。")
@click.password_option(prompt="密码", confirmation_prompt="再输入一次密码", help="不写则提示输入，不会显示在屏幕上。")
def add_staff_command(sign_in_name: str, name: str, role: str, department: str, office: str, password: str) -> None:
    """录入一名工作人员和他的岗位，从今天起生效。"""
    _write(add_staff, sign_in_name, name, _hashed(password, sign_in_name), role, department, office, datetime.now(UTC))
    click.echo(f"已录入 {name}（{sign_in_name}）。")


@group.command("reset-password")
@click.argument("sign_in_name")
@click.password_option(prompt="新密码", confirmation_prompt="再输入一次新密码", help="不写则提示输入，不会显示在屏幕上。")
def reset_password_command(sign_in_name: str, password: str) -> None:
    """给忘记密码、当面核对过身份的人设新密码；他在别处的登录随即失效，锁定也解除。"""
    _write(reset_password, sign_in_name, _hashed(password, sign_in_name))
    click.echo(f"已重设 {sign_in_name} 的密码。")


def _hashed(password: str, sign_in_name: str) -> str:
    fault = passwords.faults(password, sign_in_name, "")
    if fault:
        raise click.ClickException(_PASSWORD_FAULTS[fault])
    return passwords.hash_password(password)


def _write(verb: Callable[..., object], *arguments: object) -> None:
    database = open_database()
    try:
        database.write(verb, *arguments)
    except Refusal as refusal:
        raise click.ClickException(refusal.message["zh"]) from None
    finally:
        database.engine.dispose()
