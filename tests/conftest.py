"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# The same examples on every run: a build is red or green for a reason that can be seen again. More of them, and new
# ones, with HYPOTHESIS_PROFILE=search.
settings.register_profile("default", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("search", deadline=None, derandomize=False, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
