"""Plan notices and send what is due: taken in one transaction, sent outside of any, recorded in another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime

from approvals.db import Database
from approvals.gateway import SETTING_OF, Gateways
from approvals.operations import messages
from approvals.operations.delivery_faults import fault
from approvals.operations.messages import Message, Outcome

from . import mail, webhook

AT_ONCE = 8
"""Messages that one worker has under way at a time; a slow server holds up no more than these."""

logger = logging.getLogger(__name__)


def deliver(database: Database, gateways: Gateways, worker: str, clock: Callable[[], datetime], *, urgent: bool = False) -> int:
    """Plan and send everything that is due; returns how many notices and tries that were. ``urgent``: only what cannot wait.

    A server found to be unreachable is asked no more in this run, so that other channels do not wait for it.
    """
    done = 0
    while planned := database.write(messages.plan, clock(), gateways, urgent=urgent):
        done += planned
    closed: set[str] = set()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sending") as pool:
        while taken := database.write(
            messages.claim_due, worker, clock(), gateways.site, urgent=urgent, closed=frozenset(closed), most=AT_ONCE
        ):
            under_way = {pool.submit(send, gateways, message): message for message in taken}
            for sent in as_completed(under_way):
                message, outcome = under_way[sent], sent.result()
                database.write(messages.record, worker, message, outcome, clock(), gateways)
                if outcome.unreachable:
                    closed.add(message.channel)
            done += len(taken)
    return done


def send(gateways: Gateways, message: Message) -> Outcome:
    """Try once, over the network. A fault of our own is a failed try, and another message's turn."""
    try:
        if gateways.has(message.channel):
            return (mail if message.channel == "mail" else webhook).send(gateways, message)
    except Exception as error:
        logger.exception("delivery %s failed", message.delivery_id)
        return Outcome("again", fault("ours", type(error).__name__))
    if gateways.demo:
        return Outcome("sent")
    return Outcome("no-gateway", fault("no-gateway", SETTING_OF[message.channel]))
