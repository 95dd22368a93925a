#!/usr/bin/python3
"""The whole job with NumPy, SciPy and scikit-learn, as a Python user would write it.

    separate.py INPUT.wav OUT_FOLDER [--rank 8] [--iterations 200] [--seed 0]

The same algorithm as `gpunmf separate` with its defaults and --tol 0: librosa's framing (2048, hop 512, periodic Hann, centred, zeros
outside), the root of the mean power over the channels, KL multiplicative updates in float32, soft masks on every channel, inverse
transform divided by the squared windows, one float32 WAV a component. Prints seconds by stage as JSON.
"""
import time

START = time.perf_counter()

import argparse
import json
import os

import numpy as np
import scipy.fft
import scipy.io.wavfile
from sklearn.decomposition import NMF

FFT_LENGTH, HOP = 2048, 512


def hann():
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT_LENGTH) / FFT_LENGTH)).astype(np.float32)


def stft(x):
    """librosa.stft: bins x frames, complex64."""
    padded = np.pad(x, FFT_LENGTH // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT_LENGTH)[::HOP]
    return scipy.fft.rfft(frames * hann(), axis=1).T


def istft(s, length):
    """librosa.istft(length=length)."""
    frames = scipy.fft.irfft(s.T, n=FFT_LENGTH, axis=1) * hann()
    padded = np.zeros(FFT_LENGTH + HOP * (len(frames) - 1), dtype=np.float32)
    weight = np.zeros_like(padded)
    squared = hann() ** 2
    for t, frame in enumerate(frames):
        padded[t * HOP:t * HOP + FFT_LENGTH] += frame
        weight[t * HOP:t * HOP + FFT_LENGTH] += squared
    usable = weight > np.finfo(np.float32).tiny
    padded[usable] /= weight[usable]
    y = padded[FFT_LENGTH // 2:FFT_LENGTH // 2 + length]
    return np.pad(y, (0, length - len(y)))


def stems(w, h, spectra, length):
    """The components one after the other, channels x samples: soft masks on every channel."""
    total = np.maximum(w @ h, np.finfo(np.float32).tiny)
    for k in range(w.shape[1]):
        mask = np.outer(w[:, k], h[k]) / total
        yield np.stack([istft(mask * spectrum, length) for spectrum in spectra])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("folder")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    seconds, last = {}, START

    def lap(stage):
        nonlocal last
        now = time.perf_counter()
        seconds[stage], last = now - last, now

    lap("import")
    rate, samples = scipy.io.wavfile.read(arguments.input)
    samples = (samples.reshape(len(samples), -1).T / np.float32(32768)).astype(np.float32)
    lap("read")
    spectra = np.stack([stft(channel) for channel in samples])
    magnitudes = np.sqrt(np.mean(np.abs(spectra) ** 2, axis=0))
    lap("stft")
    model = NMF(arguments.rank, init="random", solver="mu", beta_loss="kullback-leibler", tol=0,
                max_iter=arguments.iterations, random_state=arguments.seed)
    w = model.fit_transform(magnitudes)
    h = model.components_
    assert w.dtype == np.float32
    lap("nmf")
    os.makedirs(arguments.folder, exist_ok=True)
    for k, stem in enumerate(stems(w, h, spectra, samples.shape[1])):
        scipy.io.wavfile.write(os.path.join(arguments.folder, f"component-{k + 1:02}.wav"), rate, stem.T)
    lap("stems")
    print(json.dumps({"stageSeconds": seconds, "loss": float(model.reconstruction_err_) ** 2 / 2}))


if __name__ == "__main__":
    main()
