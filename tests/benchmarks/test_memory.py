"""What processes hold together: each page once."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.memory import family, private_bytes, shared_bytes

SLEEPER = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"


def test_family_holds_the_children_of_children() -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdin=subprocess.PIPE) as child:
        try:
            while len(family(child.pid)) < 2:
                assert child.poll() is None
            assert set(family(child.pid)) < set(family(os.getpid()))
        finally:
            child.communicate(b"\n")


def test_memory_that_is_taken_is_counted() -> None:
    before = shared_bytes([os.getpid()])
    taken = bytearray(os.urandom(1 << 20) * 32)
    assert shared_bytes([os.getpid()]) - before > len(taken) / 2
    assert 0 < private_bytes() < 1 << 40
