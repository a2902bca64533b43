#!/usr/bin/env python3
"""matrix.py [QTOOL [MODEL [SPEC [OUT]]]]: one model, each target of qtool in each runtime that this machine has, as a
table in Markdown: accuracy and agreement on the test split, latency at batch 1 and 128.

    build/venv/bin/python apps/matrix.py        # the small ResNet of the quick start

Each target has a job of its own, so a plan of its own. A Python with onnxruntime, torch or executorch runs what qtool
does not; the rows of those that it lacks say so. QTOOL_FLAGS has more flags for each command, such as --threads 2.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# Target, its file, and the script of apps/runners that runs it; none: qtool itself does.
ROWS = [("libtorch", "model.int8.pt", None), ("libtorch-onednn", "model.int8.onednn.pt", None),
        ("onnxruntime", "model.onnxruntime.onnx", "onnxruntime"), ("onnxruntime", "model.onnxruntime.onnx", None),
        ("openvino", "model.openvino.onnx", None), ("tensorrt", "model.tensorrt.onnx", None),
        ("inductor", "model.inductor.pt2", "inductor"), ("executorch", "model.executorch.pt2", "executorch")]
NAMES = {"onnxruntime": "ONNX Runtime", "inductor": "inductor", "executorch": "ExecuTorch"}


class Failed(Exception):
    """What a command got, or its last words."""


def done(command):
    flags = shlex.split(os.environ.get("QTOOL_FLAGS", ""))
    result = subprocess.run([*command, "--quiet", *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode:
        got = re.search(r"^ *got: *(.*)$", result.stderr, re.MULTILINE)
        raise Failed(got.group(1) if got else result.stderr.strip()[-300:])
    return result.stdout


def runner_of(script, more=""):
    if script is None:
        return []
    words = [sys.executable, str(HERE / "runners" / f"{script}.py")]
    return ["--runner", shlex.join(words) + " {model} {inputs} {outputs}" + more]


def megabytes(path):
    return f"{os.path.getsize(path) / 1e6:.2f} MB"


def row_of(qtool, model, spec, folder, target, file, script):
    """The cells behind the names."""
    path = folder / file
    wide = ",batch=2500" if script else ""  # a runner starts anew for each
    verified = json.loads(done([qtool, "verify", str(folder), "--data", spec + wide, "--target", target, "--json",
                                *runner_of(script)]))
    (result,) = verified["files"]
    if result["not_run"]:
        raise Failed(result["not_run"])
    timed = json.loads(done([qtool, "bench", str(model), str(path), "--data", spec, "--json",
                             *runner_of(script, " {runs}")]))["rows"]
    runtime = NAMES[script] if script else result["runtime"]
    latencies = [row["median_ms"] for row in timed if row["model"] == str(path)]
    metric = verified["metrics"][0]
    agreement = 100 * result["simulated"]["same_top1"]
    return [runtime, megabytes(path), f"{result['values'][metric['name']]:.2f} {metric['unit']}", f"{agreement:.2f} %",
            *(f"{ms:.2f}" for ms in latencies)]


def main(qtool="build/qtool", model="configs/fashion_mnist/resnet8.pt",
         spec="idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530", out="out/matrix"):
    model = pathlib.Path(model)
    print("| target | run by | size | metric | same top-1 as simulated | ms, batch 1 | ms, batch 128 |")
    print("|---|---|---|---|---|---|---|")
    for target, file, script in ROWS:
        folder = pathlib.Path(out) / target
        try:
            if not (folder / file).exists():
                done([qtool, "ptq", str(model), "--data", spec, "--target", target, "-o", str(folder)])
            cells = row_of(qtool, model, spec, folder, target, file, script)
        except Failed as why:
            cells = [f"{NAMES.get(script, 'qtool')}: {why}", "", "", "", "", ""]
        print(f"| `{target}` | " + " | ".join(cells) + " |", flush=True)
    timed = json.loads(done([qtool, "bench", str(model), "--data", spec, "--json"]))["rows"]
    told = json.loads(done([qtool, "eval", str(model), "--data", spec, "--json"]))
    metric = told["metrics"][0]
    print(f"| float | {timed[0]['runtime']} | {megabytes(model)} | "
          f"{told['model']['values'][metric['name']]:.2f} {metric['unit']} | | "
          + " | ".join(f"{row['median_ms']:.2f}" for row in timed) + " |")


if __name__ == "__main__":
    if len(sys.argv) > 5 or "--help" in sys.argv:
        sys.exit(__doc__)
    main(*sys.argv[1:])
