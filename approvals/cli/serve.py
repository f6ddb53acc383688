"""``approvals serve``: everything that a start needs, then the web and the background work until Ctrl-C."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import NoReturn

import click

from approvals import settings
from approvals.demo import DemoSignIn, NotADemo, demo_sign_ins, load_demo
from approvals.jobs.worker import migrate as migrate_jobs
from approvals.operations.carrying import NotCarriedOut, catalogue_in_force
from approvals.operations.reference_data import load_reference_data
from workflows.engine.catalogue import DefinitionChanged

from .context import demo_mode, open_database


@click.command("serve")
def command() -> None:
    """升级数据库、载入名录（演示模式下还有演示数据），启动网站和后台工作；按 Ctrl-C 全部结束。"""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    demo = demo_mode()
    _refuse_taken_port(host, port)
    signs = _prepare(demo)
    shown = "127.0.0.1" if host in ("0.0.0.0", "") else host
    click.echo(f"\n请在浏览器打开  http://{shown}:{port}\n")
    if signs:
        _print_sign_ins(signs)
        click.echo(f"演示中的短信、邮件和验证码都显示在  http://{shown}:{port}/demo/phone\n")
    click.echo("按 Ctrl-C 结束。")
    sys.stdout.flush()
    _become_web(demo)


def _prepare(demo: bool) -> list[DemoSignIn]:
    database = open_database()
    try:
        catalogue_in_force()
        settings.refuse_unsafe_start(settings.read({"DEMO": demo}), database)
        migrate_jobs(database)
        loaded = database.write(load_reference_data, example_banks=demo)
        if loaded:
            click.echo(f"已载入名录：{loaded.places} 个地点、{loaded.offices} 个服务点、{loaded.business_items} 项经营范围（示例）。")
        if not demo:
            return []
        if load_demo(database, say=click.echo):
            click.echo("演示数据已载入。")
        with database.reading() as session:
            return demo_sign_ins(session)
    except (settings.Unsafe, NotADemo, NotCarriedOut, DefinitionChanged) as refusal:
        raise click.ClickException(str(refusal)) from None
    finally:
        database.engine.dispose()


def _refuse_taken_port(host: str, port: str) -> None:
    """Say at once that the port is taken: gunicorn would try for seconds and then speak of errno."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, int(port)))
    except (OSError, ValueError, OverflowError) as error:
        raise click.ClickException(
            f"无法使用 {host}:{port}（{error}）。可能已有一个网站在运行；换一个端口：PORT=8001 make run"
        ) from None


def _print_sign_ins(signs: list[DemoSignIn]) -> None:
    click.echo("演示账号（人物、公司和办件均为虚构）：")
    for sign in signs:
        click.echo(f"  {sign.sign_in_name:<18} {sign.password:<14} {sign.title}")
    click.echo("")


def _become_web(demo: bool) -> NoReturn:
    """Start a worker beside and turn into gunicorn, so that its signals and its exit status are this command's own.

    The worker holds the reading end of a pipe whose writing end goes to gunicorn: however gunicorn ends, the pipe closes
    and it ends with it.
    """
    os.environ["APPROVALS_DEMO"] = "1" if demo else "0"
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    subprocess.Popen(
        [sys.executable, "-m", "approvals.cli", "worker", "run", "--lifeline", str(reading)],
        pass_fds=(reading,), cwd=settings.ROOT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(reading)
    root = settings.ROOT
    gunicorn = ["-m", "gunicorn", "--config", str(root / "gunicorn.conf.py"), "--chdir", str(root), "wsgi:app"]
    os.execv(sys.executable, [sys.executable, *gunicorn])
