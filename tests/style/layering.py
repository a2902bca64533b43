#!/usr/bin/env python3
"""layering.py [ROOT]: the rules of the tree that a compiler does not check. Prints file:line for each breach; exit 1.

- Includes and link dependencies point down: apps -> job -> the folders in SIBLINGS -> graph -> core.
- Only some folders may see TorchScript's internals, CLI11 or the YAML library; nobody the all-in-one LibTorch headers.
- Only some files print, write files, or call the JSON library's parser and writer: the others use what those files
  offer.
- The top level holds what TOP_LEVEL lists; no text file has trailing white space.
- No line of a source, script or document is longer than LONGEST, but for Markdown's tables, pictures and code, and what
  has no space in it to break at.
"""
import pathlib
import re
import subprocess
import sys

SIBLINGS = {"config", "report", "lower", "train", "measure", "improve", "simulate", "calibrate", "plan", "data"}
SIDEWAYS = {"improve": {"plan"}, "simulate": {"plan"}, "lower": {"plan"}, "calibrate": {"plan"},
            "train": {"data", "measure"}, "measure": {"data"}}
MAY_INCLUDE = {"core": {"core"}, "graph": {"graph", "core"},
               **{name: {name, "graph", "core"} | SIDEWAYS.get(name, set()) for name in SIBLINGS},
               "job": SIBLINGS | {"job", "graph", "core"},
               "apps": SIBLINGS | {"apps", "job", "graph", "core"}}
FOLDERS = set(MAY_INCLUDE) - {"apps"}

# What an #include in angle brackets may name, and in which folders of src/ and apps/.
RESTRICTED = [(re.compile(r"torch/csrc/jit/"), {"graph", "simulate", "lower"}, "TorchScript's internals"),
              (re.compile(r"CLI/"), {"apps"}, "CLI11"),
              (re.compile(r"yaml-cpp/"), {"config"}, "the YAML library"),
              (re.compile(r"(torch/torch|torch/script|torch/extension|ATen/ATen)\.h$"), set(),
               "an all-in-one LibTorch header (slow to compile)")]

# What a line of src/ and apps/ may call, and in which files: what a name or a file holds cannot go around their checks.
ONE_PLACE = [(re.compile(r"\b(f?printf|v?f?printf|f?puts|f?putc|putchar|fwrite|perror)\s*\(|\bstd::(cout|cerr|clog)\b"),
              {"apps/qtool/streams.cpp", "src/core/error.cpp"}, "printing is for apps/qtool/streams.h"),
             (re.compile(r"\bstd::(ofstream|fstream)\b|\bfopen\s*\(|\bO_CREAT\b"), {"src/core/atomic_file.cpp"},
              "files are written by core/atomic_file.h"),
             (re.compile(r"\b[Jj]son::parse\s*\(|\.dump\s*\("), {"src/core/json_text.cpp"},
              "JSON is read and written by core/json_text.h")]

TOP_LEVEL = {"src", "apps", "tests", "configs", "images", "CMakeLists.txt", "LICENSE", "README.md"}
IGNORED = re.compile(r"^(\.git|build[^/]*|out)(/|$)|(^|/)__pycache__/")
TEXT = {".cpp", ".h", ".cmake", ".txt", ".py", ".sh", ".md", ".yaml", ".yml", ".json", ".css", ".js", ""}
LONGEST = 120
NARROW = {".cpp", ".h", ".cmake", ".txt", ".py", ".sh", ".zsh", ".md", ".yaml", ".yml"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def project_files(root):
    """Paths relative to root: what git tracks, or, outside a clone, all but the ignored ones."""
    git = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "."],
                         capture_output=True) if (root / ".git").exists() else None
    if git and git.returncode == 0 and git.stdout:
        names = git.stdout.decode().split("\0")[:-1]
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*")]
    return sorted(name for name in names if not IGNORED.search(name) and (root / name).is_file())


def layer_of(name):
    """The layer that a file belongs to; None where the rules do not reach (tests, documents)."""
    parts = name.split("/")
    if parts[0] == "apps":
        return "apps"
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def include_breach(layer, bracket, target):
    """What is wrong with one #include, or None."""
    if bracket == '"':
        folder = target.split("/")[0]
        if "/" in target and folder in FOLDERS and folder not in MAY_INCLUDE[layer]:
            return f"{layer} must not include {target}: arrows point down, to {', '.join(sorted(MAY_INCLUDE[layer]))}"
    for pattern, allowed, what in RESTRICTED:
        if pattern.match(target) and layer not in allowed:
            return f"{layer} must not include {target}: {what}, for {', '.join(sorted(allowed)) or 'nobody'}"
    return None


def long_lines(suffix, lines):
    """Numbers of the lines that are longer than LONGEST and need not be."""
    in_code = False
    for number, line in enumerate(lines, 1):
        in_code ^= suffix == ".md" and line.lstrip().startswith("```")
        may = line.startswith(("|", "!", "<img")) or in_code or " " not in line.lstrip("/#!-> ")
        if suffix in NARROW and len(line) > LONGEST and not may:
            yield number


def line_breaches(name, layer, lines):
    for number in long_lines(pathlib.PurePath(name).suffix, lines):
        yield number, f"{len(lines[number - 1])} columns, at most {LONGEST}"
    for number, line in enumerate(lines, 1):
        for pattern, files, what in ONE_PLACE:
            if layer and name.endswith((".cpp", ".h")) and name not in files and pattern.search(line):
                yield number, what
        if line != line.rstrip():
            yield number, "trailing white space"
        include = INCLUDE.match(line)
        if layer and include and (breach := include_breach(layer, *include.groups())):
            yield number, breach
        if layer and name.endswith("CMakeLists.txt"):
            for folder in re.findall(r"\bqtool_(\w+)", line):
                if folder in FOLDERS and folder not in MAY_INCLUDE[layer]:
                    yield number, f"{layer} must not link qtool_{folder}: arrows point down"


def check(root):
    """Lines that say what is wrong and where."""
    breaches = []
    for name in project_files(root):
        top = name.split("/")[0]
        if top not in TOP_LEVEL and not top.startswith("."):
            breaches.append(f"{name}:1: not among what the top level holds: {', '.join(sorted(TOP_LEVEL))}, dotfiles")
            continue
        layer = layer_of(name)
        if layer and layer not in MAY_INCLUDE:
            breaches.append(f"{name}:1: folder src/{layer} has no place in the order of layers")
            continue
        if pathlib.PurePath(name).suffix in TEXT:
            text = (root / name).read_bytes().decode("utf-8", errors="replace")
            lines = text.split("\n")  # only these: a carriage return is trailing white space too
            breaches += [f"{name}:{number}: {what}" for number, what in line_breaches(name, layer, lines)]
    return breaches


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    print("\n".join(found) if found else "layering: all well")
    sys.exit(bool(found))
