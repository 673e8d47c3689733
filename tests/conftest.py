"""What all tests share."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

# Run in the background, these tests would hand down that Ctrl-C is ignored; some of them press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples on every run: a build is red or green for a reason that can be seen again. More of them, and new
# ones, with HYPOTHESIS_PROFILE=search.
settings.register_profile("default", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("search", deadline=None, derandomize=False, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
