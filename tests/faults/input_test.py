"""Names, paths and text files of anybody: data wherever they are shown, with limits, and never an exit code that says
something else."""
import collections
import json
import os
import pathlib
import re
import resource
import subprocess
import time
import unittest
import zipfile

import torch
from harness import FaultTest

# What acts on a terminal, on the order of text, or on a line of a log.
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|^\\s*::|##\\[", re.M)


def network(*names):
    layers = [(name, torch.nn.Conv2d(3 if i == 0 else 4, 4, 3)) for i, name in enumerate(names)]
    return torch.nn.Sequential(collections.OrderedDict(layers))


def renamed(path, old, new):
    """Changes a name in the file, of the same length, as an attacker writes it: PyTorch cannot write some names."""
    with zipfile.ZipFile(path) as archive:
        records = {info: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for info, data in records.items():
            if info.filename.endswith(".debug_pkl"):
                continue
            spelled = new.encode("unicode_escape") if info.filename.endswith(".py") else new.encode()
            archive.writestr(info.filename, data.replace(old.encode(), spelled))
    return path


class Names(FaultTest):
    def assert_harmless(self, *texts):
        for text in texts:
            self.assertIsNone(ACTING.search(text), repr(text))

    def test_inspect_shows_escapes(self):
        model = self.script(network("a\x1b[31mred", "::error::x", "##[error]y", "<script>"))
        done = self.qtool("inspect", model)
        self.assert_harmless(done.stdout, done.stderr)
        self.assertIn("a\\x1b[31mred", done.stdout)
        self.assertIn("\\x3a:error::x", done.stdout)
        printed = self.qtool("inspect", model, "--json").stdout
        self.assert_harmless(printed)
        self.assertTrue(any(site["site"].startswith("a\x1b[31mred") for site in json.loads(printed)["sites"]))

    def test_a_name_makes_no_line(self):
        model = renamed(self.script(network("x#::error::forged", "b")), "x#::", "x\n::")
        done = self.qtool("inspect", model)
        self.assertIn("x\\n::error::forged", done.stdout)
        self.assert_harmless(done.stdout, done.stderr)

    def test_markdown_has_no_html_and_no_link(self):
        model = self.script(network("<script>alert(1)</script>", "](javascript:alert(2))", "b"))
        _, done = self.job("ptq", model, "random:3x8x8", "--skip", "b", "--calib-samples", "16")
        text = (self.folder / "out" / "report.md").read_text()
        outside_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text, flags=re.S)
        self.assertNotRegex(outside_code, r"(?<!\\)<script")
        self.assertNotRegex(outside_code, r"(?<!\\)\]\(")
        self.assert_harmless(text, done.stdout, done.stderr)

    def test_a_name_that_leads_out_of_its_module(self):
        net = network("a", "b").eval()
        net._modules = collections.OrderedDict(zip(("../../../x", "b"), net._modules.values()))
        torch.jit.script(net).save(self.path("up.pt"))
        for words in (["inspect", self.path("up.pt")],
                      ["ptq", self.path("up.pt"), "--data", "random:3x8x8", "-o", self.path("out")]):
            done = self.qtool(*words, code=2)
            self.assertIn("'../../../x'", done.stderr)
            self.assertNotIn("bug", done.stderr)

    def test_paths(self):
        done = self.qtool("inspect", self.path("no\n::error::such\x1b[2J\u202e"), code=2)
        self.assert_harmless(done.stderr)
        self.assertIn("no\\n::error::such\\x1b[2J\\u202e", done.stderr)
        done = subprocess.run([os.environ["QTOOL_PROGRAM"], "inspect", b"\xff\xfe.pt"], capture_output=True,
                              check=False)
        self.assertEqual((done.returncode, b"\\xff\\xfe.pt" in done.stderr), (2, True), done.stderr)

    def test_compare(self):
        report, _ = self.job("ptq", self.script(network("a", "b")), "random:3x8x8", "--calib-samples", "16")
        paths = []
        for i, name in enumerate(("\x1b[31m", "::error::x\u202e")):
            report["layers"][0]["site"] = name
            paths.append(self.folder / f"{i}.json")
            paths[-1].write_text(json.dumps(report))
        self.assert_harmless(self.qtool("compare", *paths).stdout, self.qtool("compare", *paths, "--json").stdout)


class Json(FaultTest):
    def test_what_no_double_holds(self):
        for task in ("compare", "calibration"):
            path = self.folder / "x.json"
            path.write_text('{"schema": 2, "x": 1e999}')
            words = ["compare", path, path] if task == "compare" else [
                "ptq", self.script(network("a")), "-o", self.path("out"), "--from-calibration", path]
            done = self.qtool(*words, code=2)
            self.assertIn("a number that is too large", done.stderr)
            self.assertIn("x.json", done.stderr)
            self.assertNotIn("json.exception", done.stderr)

    def test_deep(self):
        path = self.folder / "deep.json"
        path.write_text("[" * 5_000_000)
        self.assertIn("more than 100 lists", self.qtool("compare", path, path, code=2).stderr)


class Limits(FaultTest):
    def test_a_file_without_end(self):
        self.assertIn("at most 64 MB", self.qtool("compare", "/dev/zero", "/dev/zero", code=2).stderr)
        self.assertIn("at most 64 MB", self.qtool("run", "/dev/zero", code=2).stderr)

    def test_an_anchor_that_holds_itself(self):
        for text in ("jobs: [{name: a, task: ptq}]\ndefaults: &d {quantize: *d}\n", "jobs: &j [*j]\n",
                     "defaults: &d [*d]\njobs: [{name: a, task: ptq}]\n"):
            (self.folder / "jobs.yaml").write_text(text)
            self.assertIn("an alias of a value that it stands in",
                          self.qtool("run", self.path("jobs.yaml"), code=2).stderr)

    def test_patterns(self):
        model = self.script(network("a" * 60, "b"))
        for pattern, says in (("(" * 50_000, "50000 characters"), ("((a?){1000}){1000}", "multiply to at most 1000")):
            done = self.qtool("ptq", model, "--data", "random:3x8x8", "-o", self.path("out"), "--skip", "re:" + pattern,
                              code=2)
            self.assertIn(says, done.stderr)
            self.assertLess(len(done.stderr), 4000)
        begin = time.monotonic()
        done = self.qtool("ptq", model, "--data", "random:3x8x8", "-o", self.path("out"), "--skip", "re:(a*)*c", code=2)
        self.assertIn("matches nothing", done.stderr)
        self.assertLess(time.monotonic() - begin, 60)

    def test_ten_thousand_bad_jobs(self):
        (self.folder / "jobs.yaml").write_text("jobs:\n" + "".join(
            f"  - {{name: j{i}, task: ptq, model: nowhere{i}.pt, data: 'idx:/nowhere', colour: red}}\n"
            for i in range(10_000)))
        begin = time.monotonic()
        done = self.qtool("run", self.path("jobs.yaml"), code=2)
        self.assertIn("30000 problems", done.stderr)
        self.assertIn("... and 29980 more", done.stderr)
        self.assertLess(done.stderr.count("\n"), 40)
        self.assertLess(time.monotonic() - begin, 60)


class Machine(FaultTest):
    def run_in(self, megabytes, *words):
        """Exit code and stderr in an address space of this size."""
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        done = subprocess.run([os.environ["QTOOL_PROGRAM"], *map(str, words)], capture_output=True, text=True,
                              errors="replace",
                              preexec_fn=limit, timeout=300, check=False)
        return done.returncode, done.stderr

    def test_low_memory_is_exit_code_4(self):
        model, data = self.script(network("a", "b")), "random:3x64x64"
        jobs = {"ptq": ["ptq", model, "--data", data, "-o", self.path("out"), "--calib-samples", "64",
                        "--verify-samples", "16"],
                "eval": ["eval", model, "--against", model, "--data", data + ",samples=64"],
                "inspect": ["inspect", model],
                "bench": ["bench", model, "--shape", "3x64x64", "--batch", "1,64", "--runs", "3"],
                "qat": ["qat", model, "--data", data + ",samples=64", "-o", self.path("trained"), "--epochs", 1,
                        "--batch-size", 16],
                "run": ["run", self.path("jobs.yaml")]}
        (self.folder / "jobs.yaml").write_text(
            f"jobs: [{{name: a, task: ptq, model: {model}, data: '{data}'}}]\n")
        codes = set()
        for task, words in jobs.items():
            many = (300, 380, 430, 460, 480, 510, 540, 580)
            for megabytes in many if task in ("ptq", "eval", "inspect") else many[2::2]:
                code, said = self.run_in(megabytes, *words)
                with self.subTest(task=task, megabytes=megabytes):
                    codes.add(code)
                    if code == 127:
                        self.assertIn("shared libraries", said)  # the loader's, before the program begins
                    else:
                        self.assertIn(code, (0, 4), said)
                        self.assertEqual(code == 4, "qtool: error: out of memory" in said, said)
        self.assertIn(4, codes)

    def test_no_threads_is_exit_code_4(self):
        model = self.script(network("a", "b"))
        done = self.qtool("eval", model, "--against", model, "--data", "random:3x64x64", "--threads", "4", code=4,
                          env={"OMP_STACKSIZE": "100000G"})
        self.assertIn("qtool: error: ", done.stderr)


class Links(FaultTest):
    def test_planted_links_are_not_followed(self):
        victim = self.folder / "victim"
        victim.write_text("precious")
        out = self.folder / "out"
        out.mkdir()
        names = ("model.int8.pt", "model.fakequant.pt", "calibration.json", "config.resolved.yaml", "report.json",
                 "report.md",
                 "report.html")
        plant = "; ".join(f'ln -s {victim} "{out}/{name}.tmp.$$"' for name in names)
        words = (f'exec "$QTOOL_PROGRAM" ptq {self.script(network("a", "b"))} --data random:3x8x8 '
                 f'--calib-samples 16 -o {out}')
        subprocess.run(["sh", "-c", f"{plant}; {words}"], capture_output=True, check=True)
        self.assertEqual(victim.read_text(), "precious")
        self.assertTrue(all(pathlib.Path(out, name).is_file() and not (out / name).is_symlink() for name in names))

    def test_logs_and_results_of_a_batch(self):
        victim = self.folder / "victim"
        victim.write_text("precious")
        model = self.script(network("a", "b"))
        for folder in ("logs", "results"):
            (self.folder / "out" / "jobs" / folder).mkdir(parents=True)
        (self.folder / "out/jobs/logs/a.log").symlink_to(victim)
        (self.folder / "out/jobs/results/a.json").symlink_to(victim)
        (self.folder / "jobs.yaml").write_text(
            f"jobs: [{{name: a, task: ptq, model: {model}, data: 'random:3x8x8', calibrate: {{samples: 16}}}}]\n")
        self.qtool("run", self.path("jobs.yaml"))
        self.assertEqual(victim.read_text(), "precious")


if __name__ == "__main__":
    unittest.main()
