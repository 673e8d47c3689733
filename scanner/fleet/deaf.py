"""What workers here load first: Ctrl-C reaches all processes of a terminal, and the coordinator alone answers it."""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C to the coordinator, which ends its workers; they need not tell of it as well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
