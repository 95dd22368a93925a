#!/usr/bin/python3
"""Milliseconds of one scikit-learn multiplicative iteration in float32, as a line of JSON.

    nmf_iteration.py FRAMES RANK BETA SAMPLES [ITERATIONS_OF_A_SAMPLE]

The two updates are called as sklearn.decomposition._nmf._fit_multiplicative_update calls them with tol=0 (scikit-learn 1.2), without
the loss before the first one. X and the start are uniform random, 1025 bins, as in GpuNmf.Benchmarks' time-iteration.
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.decomposition import _nmf

BINS = 1025
SEED = 1


def iterate(x, w, h, beta, count):
    gamma = 1 / (2 - beta) if beta < 1 else 1 / (beta - 1) if beta > 2 else 1.0
    for _ in range(count):
        w, *_ = _nmf._multiplicative_update_w(x, w, h, beta_loss=beta, l1_reg_W=0, l2_reg_W=0, gamma=gamma, update_H=True)
        if beta < 1:
            w[w < np.finfo(np.float64).eps] = 0
        h = _nmf._multiplicative_update_h(x, w, h, beta_loss=beta, l1_reg_H=0, l2_reg_H=0, gamma=gamma)
        if beta <= 1:
            h[h < np.finfo(np.float64).eps] = 0
    return w, h


def main():
    frames, rank, beta, samples = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    count = int(sys.argv[5]) if len(sys.argv) > 5 else 10
    random = np.random.default_rng(SEED)
    x = np.maximum(random.random((BINS, frames), dtype=np.float32), np.float32(1e-6))
    w = random.random((BINS, rank), dtype=np.float32)
    h = random.random((rank, frames), dtype=np.float32)
    before = _nmf._beta_divergence(x, w, h, beta)
    w, h = iterate(x, w, h, beta, 1)
    milliseconds, processor = [], time.process_time()
    for _ in range(samples):
        start = time.perf_counter()
        w, h = iterate(x, w, h, beta, count)
        milliseconds.append(1e3 * (time.perf_counter() - start) / count)
    processor = 1e3 * (time.process_time() - processor) / (samples * count)
    after = _nmf._beta_divergence(x, w, h, beta)
    if not (w.dtype == h.dtype == np.float32 and after < before):
        sys.exit(f"{w.dtype}, loss {before} -> {after}: not a float32 factorisation")
    print(json.dumps({
        "program": "scikit-learn", "version": sklearn.__version__, "bins": BINS, "frames": frames, "rank": rank, "beta": beta,
        "seed": SEED, "iterationsOfASample": count, "milliseconds": milliseconds,
        "processorMilliseconds": processor}))


if __name__ == "__main__":
    main()
