#!/usr/bin/python3
"""Draws the scaling of one iteration: scaling-frames.png, scaling-rank.png, scaling-cores.png.

    scaling.py SCALING.json FOLDER
"""
import json
import os
import statistics
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

NAMES = {1: "Kullback-Leibler", 2: "Frobenius", 0: "Itakura-Saito"}
FRAMES_OF_A_SECOND = 44100 / 512


def middle(point):
    return statistics.median(point["milliseconds"])


def spread(points):
    """Distances from the median to the least and the largest sample."""
    return [[middle(p) - min(p["milliseconds"]) for p in points], [max(p["milliseconds"]) - middle(p) for p in points]]


def figure(title, x, y):
    drawing, axes = plt.subplots(figsize=(7, 4.5))
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(True, which="both", alpha=0.3)
    return drawing, axes


def save(drawing, folder, name, document, samples="median, bars from least to largest sample"):
    made = f"{document['device']}, {document['kind']}, {document['cores']} cores, {document['date']}, {document.get('gpunmf') or 'unknown version'}; {samples}"
    drawing.text(0.01, 0.01, made + ("; a smoke run" if document["quick"] else ""), fontsize=6, color="0.4")
    drawing.tight_layout(rect=(0, 0.03, 1, 1))
    drawing.savefig(os.path.join(folder, name), dpi=130)
    plt.close(drawing)


def by_beta(points, key):
    for beta, name in NAMES.items():
        chosen = sorted((p for p in points if p["beta"] == beta), key=lambda p: p[key])
        if chosen:
            yield name, chosen


def length(frames):
    seconds = frames / FRAMES_OF_A_SECOND
    return f"{seconds:.0f} s" if seconds < 59 else f"{seconds / 60:.0f} min" if seconds < 3590 else f"{seconds / 3600:.0f} h"


def draw_frames(document, folder):
    points = sorted(document["frames"], key=lambda p: p["frames"])
    if not points:
        return
    drawing, axes = figure(f"One Kullback-Leibler iteration, {document['bins']} bins, rank 8", "length of the recording at 44.1 kHz, hop 512", "milliseconds")
    frames, times = [p["frames"] for p in points], [middle(p) for p in points]
    axes.errorbar(frames, times, yerr=spread(points), marker="o", capsize=2, label="measured")
    # Through the longest recording: what lies above it costs more a frame, what lies below it less.
    axes.plot(frames, [times[-1] * f / frames[-1] for f in frames], "--", color="0.5", label="proportional to the frames")
    axes.set(xscale="log", yscale="log")
    axes.set_xticks(frames, [length(f) for f in frames], fontsize=8)
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend()
    save(drawing, folder, "scaling-frames.png", document)


def draw_ranks(document, folder):
    if not document["ranks"]:
        return
    frames = document["ranks"][0]["frames"]
    drawing, axes = figure(f"One iteration, {document['bins']} x {frames}", "rank", "milliseconds")
    for name, points in by_beta(document["ranks"], "rank"):
        axes.errorbar([p["rank"] for p in points], [middle(p) for p in points], yerr=spread(points), marker="o", capsize=2, label=name)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.legend()
    save(drawing, folder, "scaling-rank.png", document)


def draw_cores(document, folder):
    if not document["coresInUse"]:
        return
    frames = document["coresInUse"][0]["frames"]
    drawing, axes = figure(f"One iteration, {document['bins']} x {frames}, rank 8", "threads", "times as fast as with one")
    marks = iter("osv")
    counts = sorted({p["cores"] for p in document["coresInUse"]})
    for name, points in by_beta(document["coresInUse"], "cores"):
        axes.plot([p["cores"] for p in points], [middle(points[0]) / middle(p) for p in points], marker=next(marks), alpha=0.7, label=f"{name}, {middle(points[0]):.1f} ms with one")
    axes.plot(counts, counts, "--", color="0.5", label="ideal")
    axes.set_xticks(counts)
    axes.set_ylim(bottom=0)
    axes.legend()
    save(drawing, folder, "scaling-cores.png", document, "ratios of medians")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    os.makedirs(sys.argv[2], exist_ok=True)
    for draw in draw_frames, draw_ranks, draw_cores:
        draw(document, sys.argv[2])


if __name__ == "__main__":
    main()
