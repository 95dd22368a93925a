#!/usr/bin/python3
"""A whole scikit-learn factorisation with the Kullback-Leibler divergence, in turns (turns.py).

    nmf_loss.py FOLDER ITERATIONS

FOLDER holds start-x.npy (frames x bins), start-w.npy and start-h.npy. The loss after ITERATIONS is computed in float64 from the float32
factors, and said when ready.
"""
import sys

import numpy as np
import sklearn

import nmf_iteration
import turns


def divergence(x, w, h):
    x, v = x.astype(np.float64), w.astype(np.float64) @ h.astype(np.float64)
    positive = x > np.finfo(np.float32).eps
    return float(np.sum(x[positive] * np.log(x[positive] / v[positive])) - x.sum() + v.sum())


def main():
    folder, iterations = sys.argv[1], int(sys.argv[2])
    x, w, h = nmf_iteration.load(folder, "start-")

    def fit():
        return nmf_iteration.iterate(x, w.copy(), h.copy(), 1.0, iterations)

    def sample():
        fit()
        return 1

    turns.serve({"program": "scikit-learn", "version": sklearn.__version__, "iterations": iterations, "loss": divergence(x, *fit())}, sample)


if __name__ == "__main__":
    main()
