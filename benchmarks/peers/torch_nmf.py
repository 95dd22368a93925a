#!/usr/bin/python3
"""Multiplicative iterations with PyTorch in float32, in turns (turns.py).

    torch_nmf.py FOLDER BETA CHECKED_ITERATIONS eager|compile [ITERATIONS_OF_A_SAMPLE]

FOLDER holds x.npy (frames x bins), w.npy and h.npy; their-w.npy and their-h.npy after CHECKED_ITERATIONS are written there first. W, then
H, as scikit-learn; on CUDA where there is a device, else on the CPU, and then the program's name says so.
"""
import os
import sys

import numpy as np

import turns
from torch_device import DEVICE, describe, finish, torch

EPSILON = float(np.finfo(np.float32).eps)


def terms(x, v, beta):
    """Numerator and denominator before they meet the other factor."""
    v = torch.clamp(v, min=EPSILON)
    if beta == 0:
        reciprocal = 1 / v
        return x * reciprocal * reciprocal, reciprocal
    power = v ** (beta - 2)
    return x * power, power * v


def step(x, w, h, beta):
    """One iteration."""
    gamma = 1 / (2 - beta) if beta < 1 else 1 / (beta - 1) if beta > 2 else 1.0
    if beta == 2:
        w = w * (x @ h.T) / torch.clamp(w @ (h @ h.T), min=EPSILON)
        return w, h * (w.T @ x) / torch.clamp((w.T @ w) @ h, min=EPSILON)
    if beta == 1:
        w = w * ((x / torch.clamp(w @ h, min=EPSILON)) @ h.T) / torch.clamp(h.sum(1), min=EPSILON)
        return w, h * (w.T @ (x / torch.clamp(w @ h, min=EPSILON))) / torch.clamp(w.sum(0)[:, None], min=EPSILON)
    above, below = terms(x, w @ h, beta)
    w = w * ((above @ h.T) / torch.clamp(below @ h.T, min=EPSILON)) ** gamma
    above, below = terms(x, w @ h, beta)
    return w, h * ((w.T @ above) / torch.clamp(w.T @ below, min=EPSILON)) ** gamma


def main():
    folder, beta, checked, mode = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    count = int(sys.argv[5]) if len(sys.argv) > 5 else 10 if DEVICE.type == "cuda" else 2
    if mode == "compile" and not hasattr(torch, "compile"):
        sys.exit(f"PyTorch {torch.__version__} has no torch.compile")
    one = torch.compile(step) if mode == "compile" else step
    x = torch.from_numpy(np.load(os.path.join(folder, "x.npy"))).to(DEVICE).T.contiguous()
    w, h = (torch.from_numpy(np.load(os.path.join(folder, name))).to(DEVICE) for name in ("w.npy", "h.npy"))
    with torch.no_grad():
        for _ in range(checked):
            w, h = one(x, w, h, beta)
        np.save(os.path.join(folder, "their-w.npy"), w.cpu().numpy())
        np.save(os.path.join(folder, "their-h.npy"), h.cpu().numpy())

        def sample():
            nonlocal w, h
            for _ in range(count):
                w, h = one(x, w, h, beta)
            finish()
            return count

        turns.serve(describe(mode), sample)


if __name__ == "__main__":
    main()
