"""Random states in a checkpoint, which torch reads only where somebody vouches for what is in them."""

from __future__ import annotations

import contextlib

import numpy
import torch


def readable() -> contextlib.AbstractContextManager[None]:
    """Within it, `torch.load` reads the state of numpy's generator, and numbers of numpy's, such as a rate that a schedule has set.

    torch 2.6 and newer refuse that unless asked, and neither transformers before 4.47 nor accelerate before 1.1 asks: the former
    then fails to continue a training, the latter continues it with other random numbers, without a word.
    """
    allow = getattr(torch.serialization, "safe_globals", None)  # since torch 2.5; before 2.6 nothing is refused
    if allow is None:
        return contextlib.nullcontext()
    rebuild = numpy.empty(0).__reduce__()[0]  # its module has another name in numpy 1 than in numpy 2
    number = numpy.float64(0).__reduce__()[0]
    kinds = [type(numpy.dtype(name)) for name in ("uint32", "float64", "float32", "int64")]
    context: contextlib.AbstractContextManager[None] = allow([rebuild, number, numpy.ndarray, numpy.dtype, *kinds])
    return context
