"""How many threads the numerical libraries use: one, which for texts is the quickest."""

from __future__ import annotations

import os

__all__ = ["one_thread"]

_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


def one_thread(*, whatever: bool = False) -> None:
    """Let numpy and the model calculate in one thread each; to be called before they are imported.

    The matrices of a text are so small that two threads take longer than one (100 articles: 14.3 s against 13.2 s, and
    21 s of processor time against 12 s). What the user has set counts, except where ``whatever`` they have set
    processes would get into each other's way.
    """
    for name in _VARIABLES:
        if whatever or name not in os.environ:
            os.environ[name] = "1"
