#!/usr/bin/python3
"""Soft masks and inverse transforms with NumPy and SciPy's float32 FFT, in turns (turns.py); the spectra are kept from before.

    stems.py FOLDER

FOLDER holds samples.npy (channels x samples), w.npy and h.npy; their-stems.npy (components x interleaved samples) is written there.
"""
import os
import sys

import numpy as np
import scipy

import separate
import turns


def main():
    folder = sys.argv[1]
    samples, w, h = (np.load(os.path.join(folder, name)) for name in ("samples.npy", "w.npy", "h.npy"))
    spectra = np.stack([separate.stft(channel) for channel in samples])

    def stems():
        return separate.stems(w, h, spectra, samples.shape[1])

    np.save(os.path.join(folder, "their-stems.npy"), np.stack([stem.T.ravel() for stem in stems()]).astype(np.float32))

    def sample():
        for _ in stems():
            pass
        return 1

    turns.serve({"program": "NumPy, SciPy", "numpy": np.__version__, "scipy": scipy.__version__}, sample)


if __name__ == "__main__":
    main()
