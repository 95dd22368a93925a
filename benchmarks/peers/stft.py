#!/usr/bin/python3
"""librosa's STFT to magnitudes with NumPy and SciPy's float32 FFT, in turns (turns.py).

    stft.py FOLDER

FOLDER holds samples.npy (channels x samples); their-x.npy (frames x bins) is written there: the root of the mean power over the channels.
"""
import os
import sys

import numpy as np
import scipy

import separate
import turns


def main():
    folder = sys.argv[1]
    samples = np.load(os.path.join(folder, "samples.npy"))

    def magnitudes():
        spectra = np.stack([separate.stft(channel) for channel in samples])
        return np.sqrt(np.mean(np.abs(spectra) ** 2, axis=0))

    np.save(os.path.join(folder, "their-x.npy"), np.ascontiguousarray(magnitudes().T))

    def sample():
        magnitudes()
        return 1

    turns.serve({"program": "NumPy, SciPy", "numpy": np.__version__, "scipy": scipy.__version__}, sample)


if __name__ == "__main__":
    main()
