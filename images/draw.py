#!/usr/bin/env python3
"""draw.py PTQ_REPORT.json QAT_REPORT.json FOLDER: the README's diagrams, two of them with numbers of real runs. Called
by draw.sh."""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

INK, GREY, PALE = "#1f2733", "#6b7686", "#eef2f7"
BLUE, GREEN, RED, ORANGE = "#2f64d6", "#0f9178", "#d33a2c", "#d97706"
plt.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 11, "text.color": INK, "axes.labelcolor": GREY, "xtick.color": GREY,
    "ytick.color": GREY, "axes.edgecolor": "#b9c2ce", "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlesize": 12.5, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.titlepad": 10})


def canvas(title, subtitle, height=7.4, strip_height=2.44):
    """A figure with a heading, in inches; the strip for boxes is 100 wide and 9 an inch high."""
    below = lambda inches: 1 - inches / height
    figure = plt.figure(figsize=(13, height), dpi=150, facecolor="white")
    figure.text(0.03, below(0.41), title, fontsize=19, weight="bold")
    figure.text(0.03, below(0.70), subtitle, fontsize=12, color=GREY)
    strip = figure.add_axes((0.02, below(0.81 + strip_height), 0.96, strip_height / height))
    strip.set(xlim=(0, 100), ylim=(0, 9 * strip_height))
    strip.axis("off")
    return figure, strip


def box(strip, x, y, width, name, text, colour=BLUE, height=9.0):
    strip.add_patch(FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=0.9", linewidth=1.6,
                                   edgecolor=colour, facecolor=PALE))
    strip.text(x + width / 2, y + height - 2.1, name, ha="center", va="center", weight="bold", fontsize=11.5,
               color=colour)
    strip.text(x + width / 2, y + height / 2 - 1.5, text, ha="center", va="center", fontsize=9.3, linespacing=1.35)


def arrow(strip, start, end, colour=GREY, style="-", bend=0.0):
    strip.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=15, linewidth=1.7, color=colour,
                                    linestyle=style, connectionstyle=f"arc3,rad={bend}", shrinkA=0, shrinkB=0))


def row_of_boxes(strip, y, stages, colour):
    gap = 2.4
    width = (98 - gap * (len(stages) - 1)) / len(stages)
    for i, (name, text) in enumerate(stages):
        x = 1 + i * (width + gap)
        box(strip, x, y, width, name, text, GREEN if i == len(stages) - 1 else colour)
        if i > 0:
            arrow(strip, (x - gap + 0.2, y + 4.5), (x - 0.2, y + 4.5))


def site(report, name):
    return next(row for row in report["layers"] if row["site"] == name)


def rung(report, name):
    return next(row for row in report["accuracy"]["ladder"] if row["name"] == name)


def draw_histogram(axes, row):
    """What calibration saw of one tensor, and the range that was chosen."""
    bins = row["histogram"]
    total = sum(bins["counts"])
    for i, count in enumerate(bins["counts"]):
        left = bins["low"] + i * bins["width"]
        inside = row["low"] <= left + bins["width"] / 2 <= row["high"]
        axes.bar(left, count / total, bins["width"], align="edge", color=BLUE if inside else RED, linewidth=0)
    for end in (row["low"], row["high"]):
        axes.axvline(end, color=INK, linewidth=1.4)
    axes.set_yscale("log")
    axes.set(xlabel=f"values of {row['site']}, log scale", yticks=[])
    axes.minorticks_off()
    axes.spines["left"].set_visible(False)
    axes.text(0.5, 0.22, f"range {row['low']:.1f} to {row['high']:.1f}\n{100 * row['clipped']:.3f} % clipped",
              ha="center", va="center",
              transform=axes.transAxes, fontsize=10.5, color="white", weight="bold")


def draw_rounding(axes, row, levels):
    """The grid, with fewer levels than there are, for the eye."""
    low, high = row["low"], row["high"]
    step = (high - low) / (levels - 1)
    low, high = round(low / step) * step, round(high / step) * step  # real zero is on every grid
    xs = [low - step + (high - low + 2 * step) * i / 800 for i in range(801)]
    axes.plot(xs, xs, color="#b9c2ce", linewidth=1.2, label="x")
    axes.plot(xs, [min(max(round(x / step) * step, low), high) for x in xs], color=BLUE, linewidth=2,
              label="x after the grid")
    axes.set(xlabel="x", ylabel="")
    axes.legend(frameon=True, framealpha=1, edgecolor="none", loc="upper left", fontsize=9.5)
    axes.text(0.98, 0.06, f"drawn with {levels} levels, int8 has 256", ha="right", transform=axes.transAxes,
              fontsize=9.5, color=GREY)


def draw_ladder(axes, report, names, colours):
    shares = [100 * rung(report, name)["top1"] for name in names]
    axes.barh(range(len(names)), shares, color=colours, height=0.62)
    low = min(shares)
    axes.set(yticks=range(len(names)), yticklabels=names, xlabel="top-1, %, on 10,000 test images")
    axes.invert_yaxis()
    axes.set_xlim(0 if low < 80 else low - 1, max(shares) + (12 if low < 80 else 0.35))
    axes.tick_params(axis="y", length=0, labelsize=11, labelcolor=INK)
    for i, share in enumerate(shares):
        axes.text(share, i, f"  {share:.2f}", va="center", fontsize=11, weight="bold")


def draw_curve(axes, report):
    epochs = [row["epoch"] for row in report["training"]]
    axes.plot(epochs, [100 * row["accuracy"] for row in report["training"]], "o-", color=BLUE, label="training images")
    axes.plot(epochs, [100 * row["validation_accuracy"] for row in report["training"]], "o-", color=GREEN,
              label="held-out images")
    axes.axvline(1 + (len(epochs) - 1) * 0.7, color=GREY, linewidth=1.2, linestyle=":")
    axes.text(1 + (len(epochs) - 1) * 0.7, axes.get_ylim()[0], " ranges and batch\n norm freeze", fontsize=9,
              color=GREY, va="bottom")
    axes.set(xlabel="epoch", ylabel="top-1, %", xticks=epochs)
    axes.legend(frameon=True, framealpha=1, edgecolor="none", fontsize=9.5, loc="center right")


def draw_weights(axes, row):
    """A weight that was trained on a coarse grid."""
    bins = row["histogram"]
    total = sum(bins["counts"])
    axes.bar([bins["low"] + i * bins["width"] for i in range(len(bins["counts"]))],
             [count / total for count in bins["counts"]],
             bins["width"], align="edge", color=BLUE, linewidth=0)
    axes.set(xlabel=f"values of {row['site']}", yticks=[])
    axes.spines["left"].set_visible(False)
    axes.text(0.02, 0.97, "each channel has four\nlevels: -2 to 1 steps", va="top", transform=axes.transAxes,
              fontsize=9.5, color=GREY)


def panels(figure, titles):
    axes = [figure.add_axes((0.05 + 0.325 * i, 0.10, 0.265, 0.36)) for i in range(3)]
    for panel, title in zip(axes, titles):
        panel.set_title(title)
    return axes


def post_training(report, path):
    size, latency = report["size_bytes"], report["latency_ms"]
    figure, strip = canvas("Post-training quantization",
                           "A trained float model becomes int8 in seconds: some data, no labels, no training.")
    row_of_boxes(strip, 9.5, [
        ("float model", "TorchScript,\nas you saved it"),
        ("fold", "batch norm goes into\nthe weights"),
        ("plan", "which tensors get\na grid; why others\nstay float"),
        ("calibrate", "run 1,024 samples,\nkeep a histogram\nof each tensor"),
        ("solve", "choose each range:\nscale and zero point"),
        ("lower", "weights packed to\nint8, int8 kernels"),
        ("verify", "load the file back,\nrun it, compare,\nreport")], BLUE)
    strip.text(50, 3.8, f"{size['float'] / 1e3:.0f} kB  →  {size['int8'] / 1e3:.0f} kB          "
               f"{latency['float']:.1f} ms  →  {latency['int8']:.1f} ms for {latency['batch']} images", ha="center",
               fontsize=12, weight="bold")
    first, second, third = panels(figure, ["1  What calibration saw", "2  What a grid does", "3  What it cost"])
    row = site(report, "layers.1.conv2:output")
    draw_histogram(first, row)
    draw_rounding(second, row, 16)
    draw_ladder(third, report, ["float", "folded", "simulated", "int8"], [GREY, GREY, BLUE, GREEN])
    figure.savefig(path)


def quantization_aware(report, path):
    figure, strip = canvas("Quantization-aware training",
                           "Where few bits cost too much: train with the rounding switched on, and the network learns "
                           "to live with it.")
    y = 11.2
    box(strip, 1, y, 17, "weights", "float, as ever:\nthe optimizer's", GREY)
    box(strip, 24, y, 17, "fake-quant", "round to the grid,\nstay float")
    box(strip, 47, y, 17, "layer", "convolution with\nbatch norm in it", GREY)
    box(strip, 70, y, 17, "fake-quant", "round activations,\nfollow their range")
    for x in (18, 41, 64):
        arrow(strip, (x + 0.3, y + 5.6), (x + 5.7, y + 5.6))
    arrow(strip, (87.3, y + 5.6), (92.7, y + 5.6))
    strip.text(96, y + 5.6, "loss", ha="center", va="center", fontsize=13, weight="bold", color=RED)
    arrow(strip, (96, y + 3.6), (9.5, y - 0.4), RED, "--", -0.16)
    strip.text(52, 1.2,
               "gradients pass straight through the rounding, and stop where a value was clipped;\n"
                "with few bits the step of the grid learns, too",
               ha="center", va="center", fontsize=10.5, color=RED, bbox={"facecolor": "white", "edgecolor": "none"})
    first, second, third = panels(figure, ["1  Weights on two bits", "2  Training", "3  What training bought"])
    draw_weights(first, site(report, "layers.1.conv1:weight"))
    draw_curve(second, report)
    draw_ladder(third, report, ["float", "ptq", "simulated", "int8"], [GREY, ORANGE, BLUE, GREEN])
    figure.savefig(path)


def stage(strip, x, y, name, text, folder, style="-"):
    """A box with what of src/ does it; 17 wide, 11 high."""
    strip.add_patch(FancyBboxPatch((x, y), 17, 11, boxstyle="round,pad=0,rounding_size=0.9", linewidth=1.6,
                                   linestyle=style,
                                   edgecolor=BLUE, facecolor=PALE))
    strip.text(x + 8.5, y + 8.8, name, ha="center", va="center", weight="bold", fontsize=12.5, color=BLUE)
    strip.text(x + 8.5, y + 5.3, text, ha="center", va="center", fontsize=9.8, linespacing=1.35)
    strip.text(x + 8.5, y + 1.6, folder, ha="center", va="center", fontsize=9.3, color=GREY, family="DejaVu Sans Mono")


def file_tag(strip, x, y, text, colour):
    strip.text(x, y, text, ha="center", va="center", fontsize=10, color=colour, family="DejaVu Sans Mono",
               weight="bold",
               bbox={"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": colour, "linewidth": 1.3})


def architecture(path):
    figure, strip = canvas("From model.pt to model.int8.pt",
                           "One road for qtool ptq and qtool qat; src/job names the stages in this order.",
                           height=5.75, strip_height=4.75)
    columns = [1 + 20.25 * i for i in range(5)]
    upper, lower, turn = 24, 6.5, 20.75
    first = [("read", "whole, and its code\nchecked before it runs", "src/graph/read"),
             ("canonicalise", "one form of each\noperator, batch norm in", "src/graph/passes"),
             ("plan", "QuantPlan: which tensors\nget a grid, which not, why", "src/plan"),
             ("calibrate", "observers: ranges and\nhistograms of tensors", "src/calibrate"),
             ("solve, improve", "a Solution: the model,\nits plan and its grids", "src/solve, improve")]
    second = [("simulate", "rounds as int8 does,\nbut in float", "src/simulate"),
              ("train", "qtool qat only: learns\nto live with the rounding", "src/qat, src/train"),
              ("export", "a table of targets:\nquantized:: operators", "src/export"),
              ("verify", "opens the files again,\nruns every rung", "src/measure"),
              ("explain, report", "what it cost, and which\nlayer is to blame", "src/explain, report")]
    for y, row in ((upper, first), (lower, second)):
        for i, (x, (name, text, folder)) in enumerate(zip(columns, row)):
            stage(strip, x, y, name, text, folder, "--" if name == "train" else "-")
            if i > 0:
                arrow(strip, (x - 3.05, y + 5.5), (x - 0.2, y + 5.5))
    middle = [x + 8.5 for x in columns]
    strip.plot([middle[4], middle[4], middle[0]], [upper, turn, turn], color=GREY, linewidth=1.7)
    arrow(strip, (middle[0], turn), (middle[0], lower + 11.2))
    strip.text(50, turn, "each stage below reads the QuantPlan, none looks for patterns of its own", ha="center",
               va="center", fontsize=10.5,
               color=GREY, bbox={"facecolor": "white", "edgecolor": "none"})
    for i, name in ((0, "model.pt"), (2, "recipe"), (3, "data")):
        file_tag(strip, middle[i], 40.6, name, ORANGE)
        arrow(strip, (middle[i], 39.2), (middle[i], upper + 11.2), ORANGE)
    for i, name in ((1, "data"), (3, "data")):
        file_tag(strip, middle[i], 1.6, name, ORANGE)
        arrow(strip, (middle[i], 3.0), (middle[i], lower - 0.2), ORANGE)
    for i, name in ((0, "model.fakequant.pt"), (2, "model.int8.pt"), (4, "report.html")):
        file_tag(strip, middle[i], 1.6, name, GREEN)
        arrow(strip, (middle[i], lower - 0.1), (middle[i], 3.1), GREEN)
    figure.savefig(path)


if __name__ == "__main__":
    ptq, qat = (json.loads(pathlib.Path(name).read_text()) for name in sys.argv[1:3])
    folder = pathlib.Path(sys.argv[3])
    post_training(ptq, folder / "post_training_quantization.png")
    quantization_aware(qat, folder / "quantization_aware_training.png")
    architecture(folder / "architecture.png")
