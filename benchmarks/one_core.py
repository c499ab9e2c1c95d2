"""Measuring on one processor core, for everybody in the race."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def one_core() -> Iterator[None]:
    """Hold this process on one core while the block runs.

    Enter it before NumPy is imported: its BLAS reads the number of threads then. Afterwards it still helps, because
    all threads share the one core.
    """
    import cv2

    for name in THREAD_SETTINGS:
        os.environ.setdefault(name, "1")
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    try:
        if allowed is not None:
            os.sched_setaffinity(0, {max(allowed)})
        yield
    finally:
        if allowed is not None:
            os.sched_setaffinity(0, allowed)
        cv2.setNumThreads(threads)
