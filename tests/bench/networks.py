#!/usr/bin/env python3
"""networks.py QTOOL [NAME...]: networks of torchvision, timm and transformers (tests/interop/package_networks.py), each
quantized by `qtool ptq` as traced, and timed in one run beside the float file and what torch.jit.freeze() makes of it.
Prints a Markdown table. Needs a Python with these packages: build/venv/bin/python after tests/run.sh."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))

import client  # noqa: E402
import package_networks  # noqa: E402
import torch  # noqa: E402

LAYERS = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "linear", "addmm", "matmul", "bmm",
          "baddbmm", "lstm", "gru")
BATCHES = (1, 8)
SAMPLES = 32
WORDS = 64
NETWORKS = package_networks.networks(256)
HEAD = ("network", "layers in int8", "operators in float", "MB", "of float", "SQNR dB", "job s",
        *(f"batch {batch}, of saved" for batch in BATCHES), *(f"batch {batch}, of frozen" for batch in BATCHES))


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[0])
    return done.stdout


def kind(site):
    return site["op"].split("::")[-1]


def in_float(sites, of_layers):
    return sum(site["scheme"] == "float" and (kind(site) in LAYERS) == of_layers for site in sites)


def measure(qtool, name, folder):
    network, inputs = package_networks.make(name, NETWORKS)
    saved, frozen, arrays = (os.path.join(folder, f"{name}.{end}") for end in ("pt", "frozen.pt", "npz"))
    with torch.no_grad():
        traced = torch.jit.trace(network, tuple(inputs), check_trace=False)
    traced.save(saved)
    torch.jit.freeze(traced).save(frozen)
    client.save_inputs(inputs, arrays)
    data, out = f"npz:{arrays}", os.path.join(folder, name)
    start = time.monotonic()
    run(qtool, "ptq", saved, "--data", data, "-o", out, "--blame-samples", "0", "--quiet")
    seconds = time.monotonic() - start
    report = client.report(out)
    sites = json.loads(run(qtool, "inspect", saved, "--data", data, "--json"))["sites"]
    layers = sum(site["site"].endswith(":weight") for site in sites)
    int8 = os.path.join(out, "model.int8.pt")
    ratios = {}
    for batch in BATCHES:
        told = run(qtool, "bench", saved, frozen, int8, "--data", data, "--batch", str(batch), "--json")
        times = [row["median_ms"] for row in json.loads(told)["rows"]]
        ratios[batch] = (times[2] / times[0], times[2] / times[1])
    size = report["size_bytes"]
    return (name, f"{layers} of {layers + in_float(sites, True)}", in_float(sites, False), f"{size['int8'] / 1e6:.2f}",
            f"{size['ratio']:.2f}", f"{report['accuracy']['ladder'][-1]['sqnr_db']:.1f}", f"{seconds:.1f}",
            *(f"{ratios[batch][0]:.2f}" for batch in BATCHES), *(f"{ratios[batch][1]:.2f}" for batch in BATCHES))


def main(qtool, *names):
    package_networks.SAMPLES, package_networks.TEXT = SAMPLES, WORDS
    print("| " + " | ".join(HEAD) + " |\n|" + "---|" * len(HEAD), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in names or NETWORKS:
            try:
                row = measure(qtool, name, folder)
            except RuntimeError as error:
                row = (name, str(error))
            print("| " + " | ".join(map(str, row)) + " |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
