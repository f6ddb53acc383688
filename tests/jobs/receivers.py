"""Servers that receive messages: a real SMTP server and a real HTTP server, each able to fail as told."""

from __future__ import annotations

import email
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """``script`` says how each mail is answered: a status line, or ``drop`` to take it and hang up. Without more it is taken."""

    def __init__(self) -> None:
        self.script: list[str] = []
        self.taken: list[EmailMessage] = []
        self.tried = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.tried += 1
        step = self.script.pop(0) if self.script else "250 OK"
        if step == "drop" or step.startswith("250"):
            content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
            message = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        if step == "drop":
            server.transport.abort()
        return step if step != "drop" else "250 OK"

    @property
    def mailbox(self) -> dict[str, EmailMessage]:
        """What a person sees: one mail for each Message-ID."""
        return {str(message["Message-ID"]): message for message in self.taken}


@contextmanager
def mail_server(port: int = 0, receiver: MailServer | None = None) -> Iterator[tuple[MailServer, str]]:
    """A running SMTP server and its address."""
    receiver = receiver or MailServer()
    controller = Controller(receiver, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield receiver, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Gateway:
    """``script`` says how each message is answered: a status, ``drop`` to take it and hang up, ``hold`` to take it and say nothing."""

    def __init__(self) -> None:
        self.script: list[int | str] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.lock = threading.Lock()
        self.arrived = threading.Event()
        self.released = threading.Event()
        self.answer_headers: dict[str, str] = {}

    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for headers, _ in self.requests]


@contextmanager
def gateway() -> Iterator[tuple[Gateway, str]]:
    """A running HTTP server and its address."""
    receiver = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with receiver.lock:
                receiver.requests.append((dict(self.headers.items()), body))
                step = receiver.script.pop(0) if receiver.script else 200
            receiver.arrived.set()
            if step == "hold":
                receiver.released.wait(60)
            if isinstance(step, str):
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(step)
            for name, value in receiver.answer_headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        # The usual five are fewer than two workers send at once: on a busy machine the rest would be turned away.
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver, f"http://127.0.0.1:{server.server_port}/messages"
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
