"""shells_test.py QTOOL: zsh and fish take the scripts of `qtool completion`, and complete with them as bash does (which
terminal_test.cpp looks at); a shell that is not there is left out. Exit 77 where none is."""
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
    """fish tells what it would offer."""
    lines = {}
    for line in OFFERED:
        printed = output(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], folder)
        lines[line] = [row.split("\t")[0] for row in printed.splitlines()]
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
    failed, tried = 0, 0
    for shell, complete in (("zsh", zsh), ("fish", fish)):
        if not shutil.which(shell):
            print(f"left out: {shell} is not there")
            continue
        tried += 1
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
    return 77 if tried == 0 else 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
