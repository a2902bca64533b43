"""One run of the program on a bad input, and what each such run must hold to."""
import contextlib
import ctypes
import dataclasses
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import time
import unicodedata
import zipfile

USAGE, UNQUANTIZABLE, MACHINE, INTERRUPTED = 2, 3, 4, 130
OUT = "{out}"  # in a command: a folder of the case's own, not there yet
SECONDS = 120  # a run that takes longer hangs

# Traces of C++ and LibTorch that are no business of a user.
NOISE = ("Exception raised from", "enforce fail", "frame #", "c10::", "at::", "torch::jit", "std::", "terminate called",
         "what():", "vector::", "basic_string", "Traceback", "INTERNAL ASSERT", "qtool: bug:", "core dumped", "nullptr",
         "[json.exception", "stoi", "stod", "bad_alloc", "bad_function_call", "yaml-cpp")


@dataclasses.dataclass
class Case:
    """`says` are texts that the message must have: the culprit's name above all. `parts` are its labelled lines."""
    name: str
    command: list
    code: int = USAGE
    says: tuple = ()
    parts: tuple = ("where", "got", "expected", "do")
    prepare: object = None      # called in the child before the program starts
    interrupt_at: object = None  # called with the output folder; True: now send SIGINT
    stdout: str = ""            # a file to print to; else stdout is caught
    needs_empty_output: bool = True  # False: complete files may stay behind
    under: tuple = ()           # words before the program: what runs it
    writes_to: str = ""         # where to look for files left behind, if not in OUT
    reads: str = ""             # an input file that must stay as it is


def refused_data(shop, name, spec, *says):
    """ptq must refuse the data; `says` has the file's name."""
    return Case(f"data: {name}", shop.ptq(data=spec), says=says)


class Unmet(Exception):
    pass


def demand(condition, text):
    if not condition:
        raise Unmet(text)


def limit_file_size(count):
    """A write beyond `count` bytes fails, as on a full disk."""
    def prepare():
        resource.setrlimit(resource.RLIMIT_FSIZE, (count, count))
    return prepare


def obey_permissions():
    """Root reads and writes everything; without these two capabilities it must ask like others."""
    if os.geteuid() == 0:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def catches_interrupts(pid):
    """Whether the program has set its handler of SIGINT up (Linux)."""
    with contextlib.suppress(OSError):
        caught = re.search(r"SigCgt:\s*(\w+)", pathlib.Path(f"/proc/{pid}/status").read_text())
        return bool(caught) and int(caught[1], 16) & 0b10 != 0
    return False


def run(case, program, out):
    """Exit code, stdout and stderr."""
    words = [str(word).replace(OUT, str(out)) for word in (*case.under, program, *case.command)]
    with open(case.stdout, "wb") if case.stdout else contextlib.nullcontext(subprocess.PIPE) as stdout:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                                   preexec_fn=case.prepare)
    try:
        if case.interrupt_at:
            wait_for(lambda: catches_interrupts(process.pid) and case.interrupt_at(out), process)
            process.send_signal(signal.SIGINT)
        printed, complained = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Unmet(f"still running after {SECONDS} s") from None
    finally:
        process.kill()
        process.wait()
    return process.returncode, (printed or b"").decode(errors="replace"), complained.decode(errors="replace")


def wait_for(condition, process):
    deadline = time.monotonic() + SECONDS
    while not condition():
        if process.poll() is not None:
            return  # check() finds another exit code, and shows the message
        demand(time.monotonic() < deadline, "never came to where it is to be interrupted")
        time.sleep(0.01)


def unprintable(text):
    """The first character that does something to a terminal, or to the order of what stands beside it; empty where
    there is none."""
    return next((ch for ch in text if ch != "\n" and unicodedata.category(ch) in ("Cc", "Cf", "Cs", "Zl", "Zp")), "")


def check_message(case, stderr):
    lines = stderr.splitlines()
    errors = [i for i, line in enumerate(lines) if line.startswith("qtool: error: ")]
    demand(len(errors) == 1, f"{len(errors)} errors on stderr, expected one")
    message = "\n".join(lines[errors[0]:])
    for noise in NOISE:
        demand(noise not in stderr, f"noise on stderr: '{noise}'")
    for text in case.says:
        demand(str(text) in message, f"the error does not say '{text}'")
    for part in case.parts:
        demand(re.search(rf"^  {part}: +\S", message, re.M), f"the error has no line '{part}:'")
    demand(len(lines) < 40 and max(map(len, lines)) < 2000, "the message is too long to read")
    demand(not unprintable(message), f"the message holds the character {unprintable(message)!r}")


def check_complete(path):
    """A file that is there must be whole."""
    demand(".tmp" not in path.name, f"half-written file left: {path}")
    if path.suffix == ".pt":
        demand(zipfile.is_zipfile(path) and zipfile.ZipFile(path).testzip() is None, f"half-written file left: {path}")
    elif path.suffix == ".json":
        json.loads(path.read_text())
    else:
        demand(path.stat().st_size > 0, f"empty file left: {path}")


def check(case, program, out):
    """Runs the case; raises Unmet with the reason where something is not as it must be."""
    before = pathlib.Path(case.reads).read_bytes() if case.reads else b""
    code, stdout, stderr = run(case, program, out)
    out = pathlib.Path(case.writes_to) if case.writes_to else out
    try:
        demand(code == case.code, f"exit code {code}, expected {case.code}")
        check_message(case, stderr)
        demand(stdout == "", f"stdout is not empty: {stdout[:200]!r}")
        files = [path for path in sorted(out.rglob("*")) if path.is_file()] if out.is_dir() else []
        demand(not (files and case.needs_empty_output), f"files left behind: {[str(path) for path in files]}")
        for path in files:
            check_complete(path)
        demand(not case.reads or pathlib.Path(case.reads).read_bytes() == before, f"{case.reads} was changed")
    except Unmet as unmet:
        raise Unmet(f"{unmet}\n    stderr:\n"
                    + "".join(f"      {line}\n" for line in stderr.splitlines()[:30])) from None
