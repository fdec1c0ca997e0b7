"""Weights that both sides compute, as they are far too large to commit: synthetic-checkpoint.ts has the same numbers."""
import math

import numpy
import torch


def mix(x):
    """murmur3's finaliser on uint32"""
    x = (x ^ (x >> numpy.uint32(16))) * numpy.uint32(0x85EBCA6B)
    x = (x ^ (x >> numpy.uint32(13))) * numpy.uint32(0xC2B2AE35)
    return x ^ (x >> numpy.uint32(16))


def fnv1a(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) % 2**32
    return value


def weight(name, shape):
    """Uniform in [-0.5, 0.5) with 24 bits, times a power of two near sqrt(12 / inputs); norms are near one."""
    count = math.prod(shape)
    counter = numpy.arange(count, dtype=numpy.uint32) + numpy.uint32(fnv1a(name))
    values = (mix(counter) >> numpy.uint32(8)).astype(numpy.float64) / 2**24 - 0.5
    if len(shape) == 1:
        values = values / 4 + (0 if name.endswith(".bias") else 1)
    else:
        # Half rounds down, as in test/unit/convert/support/synthetic-checkpoint.ts.
        values = values * 2.0 ** math.ceil(math.log2(math.sqrt(12 / shape[1])) - 0.5)
    return torch.from_numpy(values.astype(numpy.float32).reshape(shape))
