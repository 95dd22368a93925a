#!/usr/bin/python3
"""Whether the stems of a folder are finite, not empty, and add up to the recording. Prints one line of JSON; exits 1 if not.

    check_stems.py INPUT.wav FOLDER [LARGEST_RESIDUAL_DB]
"""
import glob
import json
import math
import os
import sys

import numpy as np
import scipy.io.wavfile


def read(path):
    samples = scipy.io.wavfile.read(path)[1]
    scale = {"int16": 2.0 ** -15, "float32": 1.0}[samples.dtype.name]
    return samples.reshape(len(samples), -1) * np.float64(scale)


def main():
    recording = read(sys.argv[1])
    allowed = float(sys.argv[3]) if len(sys.argv) > 3 else -100.0
    rest, levels, finite = recording.copy(), [], True
    for path in sorted(glob.glob(os.path.join(sys.argv[2], "component-*.wav"))):
        stem = read(path)
        finite &= bool(np.isfinite(stem).all())
        levels.append(10 * math.log10(max(np.mean(stem ** 2) / np.mean(recording ** 2), 1e-30)))
        rest -= stem
    residual = 10 * math.log10(max(np.sum(rest ** 2) / np.sum(recording ** 2), 1e-30))
    empty = sum(level < -120 for level in levels)
    good = finite and levels and not empty and residual <= allowed
    print(json.dumps({"stems": len(levels), "finite": finite, "empty": empty, "residualDb": round(residual, 2),
                      "levelsDb": [round(level, 1) for level in levels]}))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
