#!/usr/bin/env python3
"""fuzz.py FORK_SERVER [--kind NAME]... [--count N] [--seed S] [--jobs J] [--keep FOLDER]: damaged files of each kind
(kinds.py), as many as --count, each read by one command of the program, and what the program must hold to (judge.py).
Exit 1 where one is not as it must be: its files and its output are then in --keep.

Damage depends on the kind and the seed only: `--kind npz --seed 123 --count 1` makes the same file again."""
import argparse
import collections
import concurrent.futures
import itertools
import os
import pathlib
import queue
import random
import shutil
import sys
import tempfile
import time
import warnings

sys.dont_write_bytecode = True

import corpus  # noqa: E402
import judge  # noqa: E402
import kinds  # noqa: E402
import seeds  # noqa: E402
from server import ForkServer  # noqa: E402

SECONDS = 30  # of computing, for one command

RECIPE = """rules:
  - {match: "blocks.*", weight_bits: 6, activation_symmetry: symmetric}
  - {match: "re:head.*", skip: true}
  - {match: "type:conv2d", weight_granularity: per-tensor}
skip: [first]
"""
BATCH = """version: 1
output: out/batch
defaults: &defaults
  model: good.pt
  data: random:1x8x8,samples=8,seed=1
  calibrate: {samples: 4, batch_size: 4}
matrix: {seed: [0, 1]}
jobs:
  - name: int8
    task: ptq
    matrix:
      quantize.calibrator: [minmax, mse]
    quantize: {weight_bits: 8, rules: [{match: head, skip: true}]}
    gates: {max_size_ratio: 0.9}
  - name: speed
    task: bench
    models: [good.pt, "out/batch/int8-minmax-seed-0/model.int8.pt"]
    batch: [1, 2]
  - {name: trained, task: qat, train: {epochs: 1, optimizer: sgd, learning_rate: 1e-3, flip: true}}
"""
STATE = """{"schema": 1, "jobs": {"int8-minmax-seed-0": {"tool": "qtool 0.1.0", "config_sha256": "ab12",
 "inputs": [{"path": "good.pt", "stamp": "123.5", "sha256": "cd34"}],
 "outputs": [{"path": "out/batch/int8-minmax-seed-0/model.int8.pt",
 "stamp": "124.5", "sha256": "ef56"}], "exit_code": 0, "seconds": 1.5}}}"""


class Good:
    """A folder with what is whole: a model, and what the program writes for it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "good.pt").write_bytes(seeds.models()["scripted"])
        (self.folder / "colour.pt").write_bytes(seeds.colour_model())
        (self.folder / "labelled.npz").write_bytes(seeds.npzs()["stored"])
        for name, text in (("recipe.yaml", RECIPE), ("batch.yaml", BATCH), ("state.json", STATE)):
            (self.folder / name).write_text(text)

    def path(self, name):
        return self.folder / name

    def read(self, name):
        return self.path(name).read_bytes()

    first = ["ptq", "good.pt", "--data", kinds.NOISE, "-o", "int8", "--blame-samples", "4", "--quiet"]

    @staticmethod
    def qat(*words, out="out"):
        return ["qat", "good.pt", "--data", "npz:labelled.npz", "-o", out, "--epochs", "2", "--batch-size", "6",
                "--validation", "0",
                *kinds.QUICK, *words]

    def finish(self, server):
        """What takes more than the server's first run."""
        for words in (["init", "good.pt", "-o", "job.yaml"], self.qat(out="qat")):
            server.must(self.folder, words)


def run_case(kind, seed, server, good, root, keep):
    """Why it is not as it must be; empty where it is."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=root))
    for name in ("good.pt", "colour.pt", "labelled.npz"):
        os.link(good.path(name), folder / name)
    words = [str(word) for word in kind.case(random.Random(f"{kind.name} {seed}"), folder)]
    before = judge.files_in(folder)
    ended = server.run(folder, SECONDS, words)
    problem = judge.problem_of(kind, folder, ended, before)
    if problem:
        kept = keep / f"{kind.name}-{seed}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder, kept, symlinks=True)
        (kept / "command").write_text(" ".join(words) + f"\n{problem}\n")
    shutil.rmtree(folder, ignore_errors=True)
    return problem, ended


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server")
    parser.add_argument("--kind", action="append", choices=[kind.name for kind in kinds.ALL])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("fuzz_failures"))
    parser.add_argument("--corpus", help="a folder to write libFuzzer's first inputs to")
    return parser.parse_args()


def main():
    options = arguments()
    warnings.simplefilter("ignore")  # zipfile's, of names that stand twice
    start, failed = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="qtool_fuzz_") as root:
        (pathlib.Path(root) / "good").mkdir()
        good = Good(f"{root}/good")
        servers = queue.SimpleQueue()
        for i in range(options.jobs):
            servers.put(ForkServer(options.server, good.folder, good.first, f"{root}/tmp{i}"))
        one = servers.get()
        good.finish(one)
        servers.put(one)
        if options.corpus:
            corpus.write_corpus(good, options.corpus)

        def run(job):
            server = servers.get()
            try:
                return run_case(*job, server, good, root, options.keep)
            finally:
                servers.put(server)

        for kind in kinds.ALL:
            if options.kind and kind.name not in options.kind:
                continue
            kind = kind(good)
            begun, codes, slowest, largest = time.monotonic(), collections.Counter(), 0, 0
            numbers = range(options.seed, options.seed + options.count)
            with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
                results = pool.map(run, zip(itertools.repeat(kind), numbers))
                for seed, (problem, ended) in zip(numbers, results):
                    codes[ended.code if ended.code is not None else f"signal {ended.signal}"] += 1
                    slowest, largest = max(slowest, ended.milliseconds), max(largest, ended.kilobytes)
                    if problem:
                        failed += 1
                        print(f"FAILED {kind.name} {seed}: {problem}", flush=True)
            print(f"{kind.name}: {options.count} in {time.monotonic() - begun:.0f} s, exit codes "
                  f"{', '.join(f'{code} x {count}' for code, count in sorted(codes.items(), key=str))}, "
                  f"at most {slowest / 1000:.1f} s and "
                  f"{largest / 1024:.0f} MB", flush=True)
    print(f"{failed} damaged files are not treated as they must be; {time.monotonic() - start:.0f} s"
          + (f"; see {options.keep}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
