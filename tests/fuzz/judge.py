"""What each run on a damaged file must hold to."""
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "bad_input"))
import harness  # noqa: E402

EXIT_CODES = (0, harness.USAGE, harness.UNQUANTIZABLE, harness.MACHINE)  # 1 is for gates, of which there are none
SANITIZER = 99
MEGABYTES = 2048
SERVER_FILES = ("stdout", "stderr")


def files_in(folder):
    """What would change if somebody wrote there; without what stands in `out`."""
    return {str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns)
            for path in folder.rglob("*") if path.relative_to(folder).parts[0] not in ("out", *SERVER_FILES)
            and not path.is_dir()}


def sanitizer_says(stderr):
    """One line, with the first place in our code."""
    what = re.search(r"ERROR: (?:AddressSanitizer|UndefinedBehaviorSanitizer): (.*)|(runtime error: .*)|"
                     r"(Assertion '.*' failed)", stderr)
    place = re.search(r"#\d+ .* (?:in )?(qtool::\S+).*?(\S+:\d+)", stderr)
    return (next(filter(None, what.groups())) if what else "no report")[:150] + (f", in {place[1]} {place[2]}" if place
                                                                                 else "")


def message_problem(stderr):
    try:
        harness.check_message(harness.Case("", [], parts=("do",)), stderr)
    except harness.Unmet as unmet:
        return str(unmet)
    return ""


def left_behind(kind, out, code):
    """What must not be there, or is not whole."""
    files = [path for path in sorted(out.rglob("*")) if path.is_file()] if out.is_dir() else []
    for path in files:
        name = str(path.relative_to(out))
        if code != 0 and name not in kind.may_leave:
            return f"left behind: {name}"
        if name in kind.may_leave:
            continue
        try:
            harness.check_complete(path)
        except (harness.Unmet, ValueError) as error:
            return str(error)
    return ""


def problem_of(kind, folder, ended, before):
    """Empty where all is well."""
    stdout, stderr = ((folder / name).read_bytes().decode(errors="replace") for name in SERVER_FILES)
    if ended.signal in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL):
        return f"hangs: {signal.Signals(ended.signal).name}"
    if ended.signal or ended.code == SANITIZER:
        return f"crashes ({ended.code or signal.Signals(ended.signal).name}): {sanitizer_says(stderr)}"
    if ended.code not in EXIT_CODES:
        return f"exit code {ended.code}"
    if ended.kilobytes > MEGABYTES * 1024:
        return f"{ended.kilobytes // 1024} MB"
    if files_in(folder) != before:
        return f"files outside the output folder: {sorted(set(files_in(folder).items()) ^ set(before.items()))}"
    if character := harness.unprintable(stdout + stderr):
        return f"prints the character {character!r}"
    return (message_problem(stderr) if ended.code else "") or left_behind(kind, folder / "out", ended.code)
