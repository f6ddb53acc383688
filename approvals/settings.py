"""What the product is told from outside, and the starts it refuses."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from approvals.db import Database
from approvals.gateway import SHORTEST_SECRET as SHORTEST_GATEWAY_SECRET
from approvals.models import Person
from workflows.clock.quiet import NoQuietHours, read_quiet_hours

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_SECRET = "not-a-secret-for-the-demo-only"
SHORTEST_SECRET = 32
LARGEST_REQUEST = 2 * 1024 * 1024
"""Bytes of one request. The longest application, 50 shareholders and 50 people, is about a tenth of it."""


class Unsafe(RuntimeError):
    """The product would start in a state in which strangers could act; the message tells the operator what to change."""


def default_database_url() -> str:
    """The SQLite file of a checkout."""
    return f"sqlite:///{ROOT / 'var' / 'approvals.sqlite'}"


_YES = ("1", "true", "yes", "on")
_NO = ("", "0", "false", "no", "off")


def switch(name: str, default: bool) -> bool:
    """Whether a yes-or-no setting of the environment is on. Raises Unsafe for a word that is neither: no guess opens the demo."""
    word = os.environ.get(name)
    if word is None:
        return default
    if word.strip().casefold() not in (*_YES, *_NO):
        raise Unsafe(f"环境变量 {name} 的值“{word}”看不懂：打开请写 1、true、yes 或 on，关闭请写 0、false、no 或 off。")
    return word.strip().casefold() in _YES


def public_url() -> str:
    """The address that links in messages and QR codes begin with, without a final slash. Raises Unsafe for what is no address."""
    address = (os.environ.get("APPROVALS_PUBLIC_URL") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}").strip().rstrip("/")
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", address):
        raise Unsafe(f"环境变量 APPROVALS_PUBLIC_URL 的值“{address}”不是网址：请写成 https://example.cn 这样的地址。")
    return address


def upload_bytes() -> int:
    """Bytes of one file that people hand in. Raises Unsafe for what is no number of megabytes from 1 to 100."""
    word = os.environ.get("APPROVALS_UPLOAD_MB", "10").strip()
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= 100):
        raise Unsafe(f"环境变量 APPROVALS_UPLOAD_MB 的值“{word}”不对：请写 1 到 100 的整数，是一个上传文件最多多少 MB。")
    return int(word) * 1024 * 1024


def gateway_settings(*, demo: bool) -> dict[str, str]:
    """How messages leave; in a demo also at night, since whoever tries it waits for them.

    Raises Unsafe for what could not work: nobody would notice until a message is missed.
    """
    smtp, sender = os.environ.get("APPROVALS_SMTP_URL", "").strip(), os.environ.get("APPROVALS_MAIL_FROM", "").strip()
    webhook, secret = os.environ.get("APPROVALS_MESSAGE_WEBHOOK", "").strip(), os.environ.get("APPROVALS_MESSAGE_WEBHOOK_SECRET", "")
    quiet = os.environ.get("APPROVALS_QUIET_HOURS", "off" if demo else "21:00-08:00")
    if smtp and not re.fullmatch(r"smtps?://([^\s@/]+@)?[^\s@/:]+(:[0-9]{1,5})?/?", smtp):
        raise Unsafe("环境变量 APPROVALS_SMTP_URL 看不懂：请写成 smtp://用户:密码@主机:587 或 smtps://用户:密码@主机:465。")
    if smtp and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", sender):
        raise Unsafe("设了 APPROVALS_SMTP_URL，还要设发件人地址 APPROVALS_MAIL_FROM，例如 notice@example.cn。")
    if webhook and not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", webhook):
        raise Unsafe("环境变量 APPROVALS_MESSAGE_WEBHOOK 不是网址：请写成 https://gateway.example.cn/messages 这样的地址。")
    if webhook and len(secret) < SHORTEST_GATEWAY_SECRET:
        raise Unsafe(
            f"设了 APPROVALS_MESSAGE_WEBHOOK，还要设不少于 {SHORTEST_GATEWAY_SECRET} 个字符的 APPROVALS_MESSAGE_WEBHOOK_SECRET。"
        )
    try:
        read_quiet_hours(quiet)
    except NoQuietHours:
        raise Unsafe(f"环境变量 APPROVALS_QUIET_HOURS 的值“{quiet}”看不懂：请写成 21:00-08:00，不需要免打扰时段就写 off。") from None
    return {
        "SMTP_URL": smtp, "MAIL_FROM": sender, "MESSAGE_WEBHOOK": webhook, "MESSAGE_WEBHOOK_SECRET": secret, "QUIET_HOURS": quiet,
    }  # fmt: skip


def read(config: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All settings: what the caller gives, else the environment, else the default.

    ``SECRET_KEY`` (APPROVALS_SECRET_KEY) signs sessions; ``DATABASE_URL`` (APPROVALS_DATABASE_URL) names the database;
    ``DEMO`` (APPROVALS_DEMO) shows the demo sign-ins and allows the default secret; ``PUBLIC_URL`` (APPROVALS_PUBLIC_URL), without
    a final slash, is where people reach the product: links in messages and QR codes begin with it. ``SMTP_URL``, ``MAIL_FROM``,
    ``MESSAGE_WEBHOOK``, ``MESSAGE_WEBHOOK_SECRET`` and ``QUIET_HOURS`` say how and when messages leave.
    """
    given = dict(config or {})
    demo = bool(given.pop("DEMO")) if "DEMO" in given else switch("APPROVALS_DEMO", default=False)
    testing = bool(given.pop("TESTING", False))
    protected = not (demo or testing)
    return {
        "SECRET_KEY": os.environ.get("APPROVALS_SECRET_KEY", DEFAULT_SECRET),
        "DATABASE_URL": os.environ.get("APPROVALS_DATABASE_URL") or default_database_url(),
        "DEMO": demo,
        "PUBLIC_URL": public_url(),
        **gateway_settings(demo=demo),
        "TESTING": testing,
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "UPLOAD_BYTES": upload_bytes(),
        "MAX_FORM_MEMORY_SIZE": LARGEST_REQUEST,
        "MAX_FORM_PARTS": 5000,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        # Only what changes the session sends it. Else an answer that comes late, to a script beside the page, puts back what
        # the session was when it was asked: without the sentence for the next page, or signed in after somebody signed out.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_COOKIE_NAME": "approvals_session",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": protected,
        # A page may stay open for a morning: its token lives as long as the session it belongs to.
        "WTF_CSRF_TIME_LIMIT": None,
        # Addresses of our own files change with their content.
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=30),
        "NOW": None,
        **given,
    }


def refuse_unsafe_start(settings: Mapping[str, Any], database: Database) -> None:
    """Raise Unsafe for a production start with a guessable secret or with people of the demo in the database."""
    if settings["DEMO"] or settings["TESTING"]:
        return
    secret = settings["SECRET_KEY"]
    if secret == DEFAULT_SECRET or len(secret) < SHORTEST_SECRET:
        raise Unsafe(
            f"正式运行需要自己的密钥：请把环境变量 APPROVALS_SECRET_KEY 设为不少于 {SHORTEST_SECRET} 个字符的随机字符串；"
            "只是试用，请设 APPROVALS_DEMO=1。"
        )
    if not inspect(database.engine).has_table(Person.__tablename__):
        return
    with database.reading() as session:
        if session.scalar(select(Person.id).where(Person.demo).limit(1)) is not None:
            raise Unsafe(
                "这个数据库里有演示账号，其密码是公开的，不能用于正式运行：请换一个数据库（APPROVALS_DATABASE_URL）；"
                "只是试用，请设 APPROVALS_DEMO=1。"
            )
