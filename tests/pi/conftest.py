"""What is here needs roots that only `make test-pi` makes, but for the lock files' own tests."""

from __future__ import annotations

import os

collect_ignore = [] if "PRESENSI_TEST_PI" in os.environ else ["camera", "arm64"]
