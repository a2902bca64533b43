"""shells_test.py QTOOL SHELL: zsh or fish takes the script of `qtool completion`, and completes with it as bash does
(which terminal_test.cpp looks at). Exit 77 where the shell is not there."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
QTOOL = pathlib.Path(sys.argv[1]).resolve()
# What is typed -> what Tab offers.
OFFERED = {"qtool pt": ["ptq"], "qtool ptq --calibrator m": ["minmax", "moving-average", "mse"],
           "qtool ptq --calibr": ["--calibrator"], "qtool ptq mo": ["model.pt"], "qtool ptq --data ot": ["other.txt"],
           "qtool ptq -o mo": ["model.pt"], "qtool completion z": ["zsh"],
           "qtool run --j": ["--job", "--jobs", "--json"],
           "qtool ptq --no-r": ["--no-report"]}


def output(words, folder):
    return subprocess.run(list(map(str, words)), cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, timeout=120, check=False).stdout


def fish(script, folder):
    """fish tells what it would offer. Behind what begins as it was typed, fish 4 offers what has it in the middle."""
    lines = {}
    for line in OFFERED:
        printed = output(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], folder)
        rows = [row.split("\t")[0] for row in printed.splitlines()]
        lines[line] = [row for row in rows if row.startswith(line.split()[-1])]
    return lines


def zsh(script, folder):
    """zsh only shows it: what is on the screen, without what was typed, in words."""
    screens = output(["zsh", "-f", HERE / "zsh_lines.zsh", script, *OFFERED], folder).splitlines()
    lines = {}
    for (line, offered), screen in zip(OFFERED.items(), screens):
        words = re.sub(r"\^\[\[[0-9;?]*[A-Za-z]|\^[A-Z]|\\n", " ", screen).split()
        lines[line] = [word for word in offered if word in words]
    return lines


def main():
    shell, complete = sys.argv[2], {"zsh": zsh, "fish": fish}[sys.argv[2]]
    if not shutil.which(shell):
        print(f"skipped: {shell} is not there")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in ("model.pt", "other.txt"):
            (pathlib.Path(folder) / name).touch()
        script = pathlib.Path(folder) / "script"
        script.write_text(output([QTOOL, "completion", shell], folder))
        complaints = output([shell, "-n", script], folder)
        got = complete(script, folder)
    if complaints:
        failed += 1
        print(f"{shell} -n says: {complaints}")
    for line, offered in OFFERED.items():
        if sorted(got.get(line, [])) != sorted(offered):
            failed += 1
            print(f"{shell}: '{line}' offers {got.get(line)}, expected {offered}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
