#!/usr/bin/env python3
"""readme_test.py QTOOL CLIENT: runs each command, configuration and program that README.md and apps/manual.md show, and
holds what they say of flags, files and exit codes against the program. CLIENT is README's C++ (see CMakeLists.txt).
What they show and nobody here knows how to run, fails."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import markdown  # noqa: E402
from program_help import ProgramHelp  # noqa: E402
from workplace import DATA, FASHION_MNIST, REPOSITORY, Workplace  # noqa: E402

PAGES = ("README.md", "apps/manual.md")
# Placeholders, and the whole of Fashion-MNIST, are replaced: small data that is there.
PLACEHOLDERS = (
    (r"--data \.\.\.", f"--data {DATA}"),
    (r"--data SPEC", f"--data {DATA}"),
    (r"--max-drop 0\.5 --time-budget \d+m", "--max-drop 20 --time-budget 1s"),
    (r"images:/data/imagenet,", "images:{images},"),
    (r"re:head\\\.\.\*", r"re:f.*"),  # the layers of a network that is not resnet8
)
# What makes a command short, behind it; the first pattern that fits counts.
SHORTER = (
    (r"qtool run .*aware_training\.yaml",
     f" --set data={DATA} --set blame_samples=4 --set train.epochs=1 --set improve=none"),
    (r"qtool run configs/block\.yaml", " --set blame_samples=4 --set verify_samples=1000 --set improve=none"),
    (r"qtool run configs/", f" --set data={DATA} --set blame_samples=4 --set rounds=1"),
    (r"qtool (ptq|qat) .*--data", " --blame-samples 4"),
)
# Scripts that set up, build and test: this test is one of those that they run.
SCRIPTS = r"bash ((?:apps|tests|images)/\S+\.sh)"
# What README says of defaults: its words, command, flag, and how help writes the value.
DEFAULTS = (
    (r"On (\d+) training samples \(`--blame-samples`", "ptq", "--blame-samples", str),
    (r"measured on (\d+) % of the training data that is held out \(`--validation`\)", "qat", "--validation",
     lambda percent: f"{int(percent) / 100:g}"),
    (r"frozen after (\d+) % of the steps", "qat", "--freeze-batch-norm-at", lambda percent: f"{int(percent) / 100:g}"),
    *((rf"`{flag} ([\d.]+)`", "qat", flag, str)
      for flag in ("--observe-at", "--quantize-at", "--freeze-ranges-at", "--freeze-batch-norm-at")),
)


class Unmet(Exception):
    pass


def demand(condition, text):
    if not condition:
        raise Unmet(text)


class Readme:
    def __init__(self, text, program, client, folder):
        self.text, self.client = text, client
        self.help = ProgramHelp(program)
        self.place = Workplace(program, folder)
        self.python = os.environ.get("QTOOL_PYTHON", "python3")
        self.has_torch = subprocess.run([self.python, "-c", "import torch, numpy"], capture_output=True,
                                        check=False).returncode == 0

    def run(self, folder, command, code=0):
        for pattern, replacement in PLACEHOLDERS:
            command = re.sub(pattern, lambda _, to=replacement: to.format(images=self.place.images), command)
        for pattern, flags in SHORTER:
            if re.search(pattern, command):
                command = re.sub(r"( >|$)", lambda end, more=flags: more + end[0], command, count=1)
                break
        got, printed = self.place.shell(folder, command)
        demand(got == code, f"exit code {got}, expected {code}, of: {command}\n{printed}")
        return printed

    # Fenced blocks, by language. Each has a folder of its own.

    def check_block(self, block):
        check = {"sh": self.check_sh, "python": self.check_python, "yaml": self.check_yaml, "cpp": self.check_cpp,
                 "": self.check_text}.get(block.language)
        demand(check, f"nobody knows how to run a block of '{block.language}'")
        check(block, self.place.make(f"line_{block.line}"))

    def check_sh(self, block, folder):
        if "my_loss.pt" in block.text:  # saved by the Python above it, which check_python() runs it after
            return
        if "images:" in block.text:
            (folder / "model.pt").write_bytes((self.place.image_model / "model.pt").read_bytes())
        commands = [line for line in (re.sub(r"(^|\s+)#.*", "", line) for line in block.text.splitlines()) if line]
        demand(commands, "no command in it")
        for command in commands:
            self.check_script(command) if re.match(SCRIPTS, command) else self.run(folder, command)
        for name in re.findall(r"> (\S+)", block.text):
            demand((folder / name.replace("~/", "")).stat().st_size > 0, f"{name} is empty")

    @staticmethod
    def check_script(command):
        path = REPOSITORY / re.match(SCRIPTS, command)[1]
        demand(path.exists(), f"{path} is not there")
        done = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)
        demand(done.returncode == 0, done.stderr)

    def check_python(self, block, folder):
        if not self.has_torch:
            return
        (folder / "head.py").write_text("import torch\n"
                                        "model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU())\n"
                                        "example_input = torch.rand(1, 1, 8, 8)\n")
        other = re.search(r"# or: (.*)", block.text)
        for text in (block.text, other[1] if other else ""):
            (folder / "block.py").write_text((folder / "head.py").read_text() + text)
            self.run(folder, f"{self.python} -W ignore block.py")
        if '.save("model.pt")' in block.text:
            demand("conv2d" in self.run(folder, "qtool inspect model.pt"), "what it saved is not the model")
        if '.save("my_metric.pt")' in block.text:
            printed = self.run(folder, f"qtool qat model.pt --data {DATA} --epochs 1 "
                                       "--metric my_metric.pt --loss my_loss.pt -o out")
            demand("confidence" in printed, f"what it saved is not the metric:\n{printed}")

    def check_yaml(self, block, folder):
        if "jobs:" in block.text:
            path = folder / "configs/block.yaml"
            path.write_text(block.text)
            printed = self.run(folder, "qtool run configs/block.yaml")
            for name in re.search(r"# (\S+), (\S+), \.\.\.", block.text).groups():
                demand(name in printed, f"there is no job '{name}' in:\n{printed}")
            return
        (folder / "job.yaml").write_text(block.text)
        self.run(folder, f"qtool ptq model.pt -o out --data {DATA} --config job.yaml")

    def check_cpp(self, block, folder):
        demand(self.client, "CLIENT is missing, the program that holds this block")
        printed = self.run(folder, str(self.client))
        demand("[1, 10]" in printed, f"the program that holds it has printed: {printed}")

    def check_text(self, block, folder):
        first = block.text.strip().splitlines()[0]
        if first.startswith("qtool "):
            self.check_commands(block.text)
        elif first.startswith("float  ->"):
            self.check_ladder(first, folder)
        elif first.startswith("job "):
            self.check_summary_table(first, folder)
        else:
            raise Unmet(f"nobody knows how to check it: {first}")

    def check_commands(self, text):
        named = set()
        for line in text.splitlines():
            words = re.match(r"qtool ([a-z]+(?: (?:[A-Z]+ )?\| [a-z]+)*)", line)
            demand(words, f"no command in: {line}")
            for command in re.findall(r"[a-z]+", words[1]):
                demand(command in self.help.commands, f"there is no command '{command}'")
                named.add(command)
                for flag in re.findall(r"(?<![\w-])--?[a-z][\w-]*", line):
                    demand(flag in self.help.flags[command], f"'qtool {command}' has no flag {flag}")
        demand(named == set(self.help.commands), f"not listed: {set(self.help.commands) - named}")

    def check_ladder(self, line, folder):
        command = "qat model.pt --epochs 1" if " ptq " in line else "ptq model.pt"
        self.run(folder, f"qtool {command} --data {DATA} -o ladder")
        report = (folder / "ladder/report.md").read_text()
        rungs = [row[0] for row in markdown.table(report, "rung")]
        demand(rungs == re.split(r"\s*->\s*", line), f"the report's ladder is {rungs}")

    def check_summary_table(self, line, folder):
        printed = self.run(folder, "qtool run configs/post_training_quantization.yaml --job 'int8-*'")
        heading = next((row for row in printed.splitlines() if row.startswith("job ")), printed)
        demand(heading.split() == line.split(), f"the program's columns are: {heading}")

    # What the text says.

    def check_flags(self):
        scripts = "".join((REPOSITORY / name).read_text() for name in ("apps/setup.sh", "tests/run.sh"))
        for span in markdown.inline_code(self.text):
            if span.startswith("cmake "):
                continue
            command = re.match(r"(?:build/)?qtool ([a-z]+)", span)
            demand(not command or command[1] in self.help.commands, f"there is no command in `{span}`")
            known = self.help.flags[command[1]] if command else self.help.anywhere
            for flag in re.findall(r"(?<![\w-])--[a-z][\w-]*", span):
                demand(flag in known or flag == "--version" or f"{flag})" in scripts,
                       f"there is no flag {flag}, of `{span}`")

    def check_defaults(self):
        for pattern, command, flag, written in DEFAULTS:
            said = re.search(pattern, markdown.prose(self.text).replace("\n", " "))
            demand(said, f"README no longer says '{pattern}': mend DEFAULTS in this test")
            default = self.help.flags[command][flag]
            demand(written(said[1]) == default, f"README says {said[1]} of {flag}, its default is {default}")

    def check_links(self):
        for page in (REPOSITORY / name for name in PAGES):
            for target in markdown.links(page.read_text()):
                name, _, anchor = target.partition("#")
                file = page.parent / name if name else page
                demand(file.exists(), f"{page.name}: {target} is not there")
                demand(not anchor or anchor in markdown.anchors(file.read_text()),
                       f"{page.name}: {target} has no heading")

    def check_paths(self):
        spans = markdown.inline_code(self.text)
        paths = [span for span in spans if re.fullmatch(r"(apps|configs|images|src|tests|\.ci)/[\w./-]+", span)]
        for path in paths:
            demand((REPOSITORY / path).exists(), f"{path} is not there")
        for span in spans:
            if span.startswith("bash "):
                demand(re.match(SCRIPTS, span), f"nobody knows what `{span}` is")
                self.check_script(span)

    def check_inline_commands(self):
        folder = self.place.make("inline")
        for span in markdown.inline_code(self.text):
            if re.match(r"qtool [a-z]+ .*(>|-o) \S+\.\w+$", span):
                self.run(folder, span)

    def check_written_files(self):
        folder = self.place.make("files") / "out"
        named = {name for row in markdown.table(self.text, "file") for name in re.findall(r"`([^`]+)`", row[0])}
        written = {path.name for path in folder.iterdir()}
        demand(named == written, f"README lists {sorted(named)}, ptq has written {sorted(written)}")

    def check_exit_codes(self):
        said = dict(re.findall(r"^  (\d+) +(.*)", self.help.overview.split("exit codes:\n")[1], re.M))
        named = dict(markdown.table(self.text, "exit code"))
        demand(named == said, f"README says {named}, the help {said}")

    def checks(self):
        """name -> function"""
        found = {f"line {block.line}, {block.language or 'text'} of '{block.section}'":
                 (lambda block=block: self.check_block(block)) for block in markdown.blocks(self.text)}
        for name in ("flags", "defaults", "paths", "links", "inline_commands", "written_files", "exit_codes"):
            found[name.replace("_", " ")] = getattr(self, f"check_{name}")
        return found


def outcome(check):
    """Empty where all is well."""
    try:
        check()
    except (Unmet, OSError, ValueError, AttributeError, subprocess.SubprocessError) as error:
        return f"{error}"
    return ""


def main():
    text = "\n".join((REPOSITORY / page).read_text() for page in PAGES)
    if not pathlib.Path(FASHION_MNIST).exists():
        print(f"skipped: {FASHION_MNIST} is not there")
        return 77
    with tempfile.TemporaryDirectory(prefix="qtool_readme_") as folder:
        shown = Readme(text, sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), folder)
        if not shown.has_torch:
            print(f"left out: the pages' Python, since {shown.python} has no PyTorch; set QTOOL_PYTHON to one that has")
        checks = shown.checks()
        with concurrent.futures.ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
            outcomes = list(pool.map(outcome, checks.values()))
    for name, text in zip(checks, outcomes):
        if text:
            print(f"FAILED {name}:\n    " + text.replace("\n", "\n    "))
    failed = sum(map(bool, outcomes))
    print(f"{len(checks) - failed} of {len(checks)} checks of README hold")
    return 1 if failed or len(checks) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
