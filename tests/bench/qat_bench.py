#!/usr/bin/env python3
"""qat_bench.py QTOOL TRAINING_STEP MODEL.pt WORK [WIDTHS]: quantization-aware training beside PyTorch FX in one run.
Prints Markdown. WIDTHS, e.g. 8,4,3,2, are the bits of the weights; two epochs each, and FX's twin of each. SEEDS=0,1 in
the environment repeats each, and adds means; PEER_OPTIMIZERS=sgd,adamw has FX train with both; DEVICE=cuda has both
tools train on a GPU, where QTOOL and TRAINING_STEP are built with a LibTorch that has CUDA."""
import json
import os
import pathlib
import statistics
import sys

from bench import DATA, HERE, THREADS, cpu, print_row, run, table

ROUNDS = 3
SEEDS = [int(word) for word in os.environ.get("SEEDS", "0").split(",")]
PEER_OPTIMIZERS = os.environ.get("PEER_OPTIMIZERS", "sgd").split(",")
DEVICE = os.environ.get("DEVICE", "cpu")


def steps(training_step, model):
    ours, peers = {}, []
    for _ in range(ROUNDS):
        for line in run([training_step, model, DATA, THREADS])[2].splitlines():
            name, ms = line.split("\t")
            ours.setdefault(name, []).append(float(ms))
        peers.append([float(word) for word in run([sys.executable, HERE / "training_step.py", model])[2].split()])
    medians = {f"qtool, {name}": statistics.median(times) for name, times in ours.items()}
    medians["PyTorch, eager float"], medians["PyTorch FX, fake-quant"] = (statistics.median(c) for c in zip(*peers))
    print(f"\n## One training step, batch 128: medians of {ROUNDS} runs in turn")
    table(["step", "time", "of our float step", "of FX's step"],
          [[name, f"{ms:.1f} ms", f"{ms / medians['qtool, float']:.2f}",
            f"{ms / medians['PyTorch FX, fake-quant']:.2f}"]
           for name, ms in medians.items()])


def memory(training_step, model):
    print("\n## Peak memory of a process that trains (median of 3)")
    peak = {}
    for kind in ("float", "fake-quant"):
        peak[kind] = statistics.median(run([training_step, model, DATA, THREADS, kind])[1] for _ in range(3))
    base = statistics.median(run([training_step, model, DATA, THREADS, "none"])[1] for _ in range(3))
    table(["", "peak", "beyond a process that takes no step"],
          [[kind, f"{peak[kind] / 1e6:.0f} MB", f"{(peak[kind] - base) / 1e6:.0f} MB"] for kind in peak])
    print(f"\nRatio of a step's memory: {(peak['fake-quant'] - base) / (peak['float'] - base):.2f}")


def fine_tune(qtool, model, out, bits, epochs, seed, extra=()):
    run([qtool, "qat", model, "--data", DATA, "-o", out, "--weight-bits", bits, "--epochs", epochs, "--flip",
         "--threads", THREADS,
         "--seed", seed, "--device", DEVICE, "--quiet", *extra])
    report = json.loads((out / "report.json").read_text())
    ladder = {rung["name"]: rung["values"]["top1"] / 100 for rung in report["accuracy"]["ladder"]}
    return ladder, report["simulated_vs_int8"]["same_top1"], report["stages_s"]["train"]


def accuracy_row(qtool, model, work, bits, seed):
    """int8 top-1 of qtool, then of FX with each optimizer."""
    ladder, same, seconds = fine_tune(qtool, model, work / f"w{bits}", bits, 2, seed)
    peers = [[float(word) for word in run([sys.executable, HERE / "fx_qat.py", model, bits, 2, seed, kind])[2].split()]
             for kind in PEER_OPTIMIZERS]
    print_row([f"W{bits}A8", seed, f"{100 * ladder['ptq']:.2f} %", f"{100 * ladder['int8']:.2f} %",
               f"{100 * same:.2f} %",
               f"{seconds:.0f} s", f"{100 * peers[0][0]:.2f} %",
               *(cell for _, after, peer_seconds in peers
                 for cell in (f"{100 * after:.2f} %", f"{peer_seconds:.0f} s"))])
    return [ladder["int8"], *(after for _, after, _ in peers)]


def accuracy(qtool, model, work, widths):
    """Prints each row as soon as it is there: FX takes minutes for one."""
    print("\n## Top-1 on the 10,000 test images, two epochs, int8 activations")
    table(["", "seed", "qtool, before", "qtool", "same as simulated", "training", "FX, before",
           *(cell for kind in PEER_OPTIMIZERS for cell in (f"FX, {kind}", "training"))], [])
    ends = {bits: [accuracy_row(qtool, model, work, bits, seed) for seed in SEEDS] for bits in widths}
    if len(SEEDS) > 1:
        for bits, rows in ends.items():
            ours, *peers = (f"{100 * statistics.mean(side):.2f} %" for side in zip(*rows))
            print(f"\nW{bits}A8, mean of {len(SEEDS)} seeds: {ours}, FX {', '.join(peers)}.")
    for seed in SEEDS:
        ladder, same, seconds = fine_tune(qtool, model, work / "w4a4", 4, 3, seed, ["--activation-bits", 4])
        print(f"\nW4A4, three epochs, seed {seed}: {100 * ladder['int8']:.2f} % (float {100 * ladder['float']:.2f} %, "
              f"before training {100 * ladder['ptq']:.2f} %), same top-1 as simulated on {100 * same:.2f} %, "
               f"{seconds:.0f} s.",
              flush=True)


def main():
    qtool, training_step, model, work = (pathlib.Path(name).resolve() for name in sys.argv[1:5])
    widths = [int(word) for word in (sys.argv[5] if len(sys.argv) > 5 else "8,4,3,2").split(",")]
    work.mkdir(parents=True, exist_ok=True)
    print(f"CPU: {cpu()}\n\n{run([qtool, '--version'])[2].strip()}")
    steps(training_step, model)
    if DEVICE == "cpu":
        memory(training_step, model)
    sys.stdout.flush()
    accuracy(qtool, model, work, widths)


if __name__ == "__main__":
    main()
