#!/usr/bin/python3
"""scikit-learn's iterations in float32, in turns (turns.py).

    nmf_iteration.py FOLDER BETA|cd CHECKED_ITERATIONS [ITERATIONS_OF_A_SAMPLE]

FOLDER holds x.npy (frames x bins), w.npy and h.npy. their-w.npy and their-h.npy after CHECKED_ITERATIONS are written there first. The two
updates are called as sklearn.decomposition._nmf._fit_multiplicative_update calls them with tol=0 (scikit-learn 1.2), without the loss; cd is
coordinate descent, as _fit_coordinate_descent.
"""
import os
import sys

import numpy as np
import sklearn
from sklearn.decomposition import _nmf

import turns


def load(folder, prefix=""):
    """X as bins x frames in C order, as scikit-learn's users have it, W and H."""
    x = np.ascontiguousarray(np.load(os.path.join(folder, prefix + "x.npy")).T)
    return x, np.load(os.path.join(folder, prefix + "w.npy")), np.load(os.path.join(folder, prefix + "h.npy"))


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


def descend(x, w, h, count):
    w, ht = w.copy(), np.array(h.T, order="C")
    for _ in range(count):
        _nmf._update_coordinate_descent(x, w, ht, 0, 0, False, None)
        _nmf._update_coordinate_descent(x.T, ht, w, 0, 0, False, None)
    return w, ht.T


def main():
    folder, rule, checked = sys.argv[1], sys.argv[2], int(sys.argv[3])
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 10
    x, w, h = load(folder)

    def advance(iterations):
        return descend(x, w, h, iterations) if rule == "cd" else iterate(x, w, h, float(rule), iterations)

    w, h = advance(checked)
    if not w.dtype == h.dtype == np.float32:
        sys.exit(f"{w.dtype}: not a float32 factorisation")
    np.save(os.path.join(folder, "their-w.npy"), w)
    np.save(os.path.join(folder, "their-h.npy"), h)

    def sample():
        nonlocal w, h
        w, h = advance(count)
        return count

    turns.serve({"program": "scikit-learn", "version": sklearn.__version__, "numpy": np.__version__, "iterationsOfASample": count}, sample)


if __name__ == "__main__":
    main()
