#!/usr/bin/env python3
"""bench.py QTOOL CALIBRATION_PASS MODEL.pt WORK: qtool beside its peers in one run. Prints Markdown.

Jobs take turns, so that a slow minute of a shared machine hits all alike; ratios of medians are what can be quoted.
Keeps to itself in memory, because the kernel counts a parent's pages in its child's peak: all work is in child
processes.
"""
import hashlib
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
FOLDER = os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist")
DATA = f"idx:{FOLDER},mean=0.2860,std=0.3530"
THREADS = int(os.environ.setdefault("THREADS", "2"))
ROUNDS = int(os.environ.get("ROUNDS", "7"))
SAMPLES = 1024
PEERS = {"ort": "ONNX Runtime, min-max", "ort-entropy": "ONNX Runtime, entropy", "nncf": "NNCF (OpenVINO)",
         "fx": "PyTorch FX"}
CALIBRATORS = ["minmax", "percentile", "mse", "entropy"]


def run(command):
    """Seconds, peak bytes and stdout of a command that must succeed."""
    with tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=errors, text=True,
                                 cwd=HERE)
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        if status != 0:
            errors.seek(0)
            sys.exit(f"failed: {' '.join(map(str, command))}\n{errors.read()[-2000:]}")
    return seconds, usage.ru_maxrss * 1024, output


def cpu():
    """The processor's name, how many cores are used, and the int8 instructions that it has."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    name = next((line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")),
                platform.machine())
    flags = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8") if f" {flag}" in text]
    return f"{name}, {len(os.sched_getaffinity(0))} cores used, {THREADS} threads, {' '.join(flags)}"


def print_row(cells):
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def table(head, rows):
    print()
    print_row(head)
    print("|" + "---|" * len(head))
    for row in rows:
        print_row(row)


class Bench:
    def __init__(self, qtool, calibration_pass, model, work):
        self.qtool, self.calibration_pass, self.model, self.work = qtool, calibration_pass, model, work

    def quantize(self, name, calibrator, samples=SAMPLES, extra=("--verify-samples", 0, "--no-report")):
        """A qtool job; its files are in work/name."""
        return [self.qtool, "ptq", self.model, "--data", DATA, "-o", self.work / name, "--calibrator", calibrator,
                "--calib-samples", samples, "--threads", THREADS, "--quiet", *extra]

    def peer(self, tool):
        suffix = {"fx": "pt", "nncf": "xml"}.get(tool, "onnx")
        return [sys.executable, HERE / "peer.py", tool, self.work, SAMPLES, self.work / f"{tool}.int8.{suffix}"]

    def whole_jobs(self):
        jobs = {f"qtool, {name}": self.quantize(f"qtool-{name}", name) for name in CALIBRATORS}
        jobs |= {label: self.peer(tool) for tool, label in PEERS.items()}
        runs = {label: [] for label in jobs}
        for turn in range(ROUNDS + 1):
            for label, command in jobs.items():
                result = run(command)
                if turn > 0:  # the first fills the file cache
                    runs[label].append(result)
        base = statistics.median(seconds for seconds, _, _ in runs[PEERS["ort"]])
        print(f"\n## A whole int8 job, {SAMPLES} images, no verification, no report: medians of {ROUNDS} runs in turn")
        rows = []
        for label, results in runs.items():
            seconds = [result[0] for result in results]
            median = statistics.median(seconds)
            rows.append([label, f"{median:.2f} s", f"{min(seconds):.2f} to {max(seconds):.2f} s",
                         f"{median / base:.2f}",
                         f"{statistics.median(result[1] for result in results) / 1e6:.0f} MB"])
        table(["job", "time", "spread", "of ONNX Runtime's min-max", "peak memory"], rows)

    def clients(self):
        files = {"float TorchScript": self.model, "PyTorch FX, int8": self.work / "fx.int8.pt"}
        files |= {f"qtool, {name}, int8": self.work / f"qtool-{name}" / "model.int8.pt" for name in CALIBRATORS}
        files |= {"ONNX Runtime, int8": self.work / "ort.int8.onnx",
                  "OpenVINO (NNCF), int8": self.work / "nncf.int8.xml"}
        seen = json.loads(run([sys.executable, HERE / "client.py", *files.values()])[2])
        fx = seen[list(files).index("PyTorch FX, int8")]
        print("\n## The files as their clients run them (Python; 10,000 test images)")
        table(["file", "top-1", "agreement with float", "batch 128", "of FX's", "batch 1", "of FX's", "size"],
              [[label, f"{100 * row['top1']:.2f} %", f"{100 * row['agreement']:.2f} %",
                f"{row['batch128_ms']:.2f} ms", f"{row['batch128_ms'] / fx['batch128_ms']:.2f}",
                f"{row['batch1_ms']:.3f} ms", f"{row['batch1_ms'] / fx['batch1_ms']:.2f}",
                f"{row['bytes'] / 1e3:.0f} kB"]
               for label, row in zip(files, seen)])

    def calibration_passes(self):
        commands = {"qtool, all statistics": [self.calibration_pass, self.work / "wide.pt", DATA, THREADS],
                    "PyTorch FX, histogram observers": [sys.executable, HERE / "calibration_pass.py"]}
        pairs = {label: [] for label in commands}
        for _ in range(3):
            for label, command in commands.items():
                pairs[label].append([float(word) for word in run(command)[2].split()])
        print("\n## A calibration pass beside a plain float pass, wide ResNet (64, 128, 256 channels), batch 128")
        rows = []
        for label, values in pairs.items():
            ratio = statistics.median(observed / plain for plain, observed in values)
            plain, observed = (statistics.median(column) for column in zip(*values))
            rows.append([label, f"{plain:.1f} ms", f"{observed:.1f} ms", f"{ratio:.2f}"])
        table(["job", "float", "observed", "ratio"], rows)

    def memory(self):
        print("\n## Peak memory by calibration samples (median of 5 runs)")
        rows = []
        for name in CALIBRATORS:
            few, many = (statistics.median(run(self.quantize("memory", name, samples))[1] for _ in range(5))
                         for samples in (SAMPLES, 60000))
            rows.append([f"qtool, {name}", f"{few / 1e6:.1f} MB", f"{many / 1e6:.1f} MB", f"{many / few:.3f}"])
        table(["job", f"{SAMPLES}", "60000", "ratio"], rows)

    def same_bytes(self):
        print("\n## The default job, verified, twice")
        digests = []
        for name in ("first", "second"):
            run(self.quantize(name, "mse", extra=()))
            folder = self.work / name
            digests.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
                            for path in sorted(folder.iterdir()) if path.suffix in (".pt", ".json")
                            and path.name != "report.json"})
        first, second = digests
        table(["file", "SHA-256 of the first run", "of the second", ""],
              [[name, first[name], second.get(name, "missing"),
                "same" if first[name] == second.get(name) else "DIFFERS"]
               for name in first])
        report = json.loads((self.work / "first" / "report.json").read_text())
        print(f"\nSimulated against int8, from report.json: {json.dumps(report.get('simulated_vs_int8'))}")


def main():
    cores = sorted(os.sched_getaffinity(0))[:THREADS]
    os.sched_setaffinity(0, cores)
    os.environ["OMP_NUM_THREADS"] = str(THREADS)
    qtool, calibration_pass, model, work = (pathlib.Path(name).resolve() for name in sys.argv[1:5])
    work.mkdir(parents=True, exist_ok=True)
    print(f"CPU: {cpu()}\n\n{run([qtool, '--version'])[2].strip()}")
    run([sys.executable, HERE / "prepare.py", model, work])
    bench = Bench(qtool, calibration_pass, model, work)
    for part in (bench.whole_jobs, bench.clients, bench.calibration_passes, bench.memory, bench.same_bytes):
        part()
        sys.stdout.flush()


if __name__ == "__main__":
    main()
