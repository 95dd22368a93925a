#!/usr/bin/python3
"""torch.stft (cuFFT on CUDA) to magnitudes in float32, in turns (turns.py).

    torch_stft.py FOLDER

FOLDER holds samples.npy (channels x samples); their-x.npy (frames x bins) is written there: the root of the mean power over the channels.
"""
import os
import sys

import numpy as np

import turns
from torch_device import DEVICE, describe, finish, torch

FFT_LENGTH, HOP = 2048, 512


def main():
    folder = sys.argv[1]
    samples = torch.from_numpy(np.load(os.path.join(folder, "samples.npy"))).to(DEVICE)
    window = torch.hann_window(FFT_LENGTH, periodic=True, device=DEVICE)

    def magnitudes():
        spectra = torch.stft(samples, FFT_LENGTH, HOP, window=window, center=True, pad_mode="constant", return_complex=True)
        return spectra[0].abs() if len(samples) == 1 else (spectra.abs() ** 2).mean(0).sqrt()

    with torch.no_grad():
        np.save(os.path.join(folder, "their-x.npy"), magnitudes().T.contiguous().cpu().numpy())

        def sample():
            magnitudes()
            finish()
            return 1

        turns.serve(describe("torch.stft"), sample)


if __name__ == "__main__":
    main()
