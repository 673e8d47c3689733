"""Modules in which orders wait: what waits there is listed like proposals, though no vote decides it."""

from __future__ import annotations

from scanner.discovery.account import Account
from scanner.discovery.queues.delay import DelayQueue
from scanner.discovery.queues.interface import Queue
from scanner.discovery.queues.reality import RealityQuestions

QUEUES: tuple[Queue, ...] = (DelayQueue(), RealityQuestions())


def queue_of(account: Account, code: str) -> Queue | None:
    """Return the kind of queue that recognises this contract, None where no order waits."""
    if not account.has_code:
        return None
    return next((queue for queue in QUEUES if queue.recognise(account, code)), None)
