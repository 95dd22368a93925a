#!/usr/bin/python3
"""scikit-learn's Kullback-Leibler factorisations at many ranks and starts, one after another, in turns (turns.py).

    nmf_sweep.py FOLDER ITERATIONS

FOLDER holds sweep-x.npy (frames x bins) and, of each model N from 0 on, sweep-w-N.npy and sweep-h-N.npy. The losses after ITERATIONS are
computed in float64 from the float32 factors, and said when ready.
"""
import os
import sys

import numpy as np
import sklearn

import nmf_iteration
import nmf_loss
import turns


def main():
    folder, iterations = sys.argv[1], int(sys.argv[2])
    x = np.ascontiguousarray(np.load(os.path.join(folder, "sweep-x.npy")).T)
    starts = []
    while os.path.exists(os.path.join(folder, f"sweep-w-{len(starts)}.npy")):
        starts.append([np.load(os.path.join(folder, f"sweep-{factor}-{len(starts)}.npy")) for factor in "wh"])

    def sweep():
        return [nmf_iteration.iterate(x, w.copy(), h.copy(), 1.0, iterations) for w, h in starts]

    def sample():
        sweep()
        return 1

    losses = [nmf_loss.divergence(x, w, h) for w, h in sweep()]
    turns.serve({"program": "scikit-learn", "version": sklearn.__version__, "iterations": iterations, "losses": losses}, sample)


if __name__ == "__main__":
    main()
