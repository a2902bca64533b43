#!/usr/bin/env python3
"""layering.py [ROOT]: the rules of the tree that a compiler does not check. Prints file:line for each breach; exit 1.

- Includes and link dependencies are those of ARROWS, which point down.
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

# What each folder of src/, and each group inside one, may include besides itself and base: the picture of
# src/README.md, from the lowest up; an arrow that nothing uses is wrong as well.
ARROWS = {
    "base": "",
    "options": "",
    "grid": "",
    "graph/ir": "",
    "graph": "graph/ir",
    "graph/passes": "graph graph/ir grid",
    "graph/read": "graph graph/ir",
    "operators": "grid",
    "plan": "operators graph grid options",
    "data": "graph/read options",
    "run": "data graph graph/read options",
    "calibrate": "plan graph grid options",
    "solve": "calibrate plan graph grid",
    "simulate": "solve plan graph graph/ir grid",
    "qat": "simulate plan graph graph/ir graph/passes grid",
    "export/lowering": "solve graph/ir graph/passes grid",
    "export/torchscript": "export/lowering solve plan graph graph/ir grid",
    "export/onednn": "export/lowering export/torchscript solve plan graph graph/ir grid",
    "export/onnx": "solve simulate plan graph graph/ir graph/read grid",
    "export/pt2": "simulate solve graph/ir graph/read grid",
    "export": "export/onednn export/onnx export/pt2 export/torchscript run simulate solve graph graph/read",
    "measure": "data graph graph/read options",
    "improve": "qat measure simulate solve calibrate plan graph grid",
    "zoo": "graph",
    "train": "measure data graph graph/read options",
    "config": "options",
    "report": "",
    "report/job": "report measure options",
    "report/ci": "report/job options",
    "report/batch": "report/job report measure options",
    "report/tune": "report/batch report/job report measure",
    "tune": "",
    "explain": "report/job config measure simulate solve calibrate plan graph grid options",
    "job/options": "report/job report/ci export improve qat calibrate plan train zoo measure options",
    "job/files": "report/job graph/read",
    "job/input": "report/job qat train zoo run data graph graph/read grid options",
    "job/road": "job/options job/files job/input explain report report/job export export/torchscript run improve "
                "solve calibrate plan measure graph graph/passes graph/read options",
    "job/tuning": "tune job/road job/options job/files job/input explain report/job report/tune config improve solve "
                  "calibrate plan simulate measure graph options",
    "job": "job/tuning job/road job/options job/files job/input report/job report/tune report/ci config export "
           "export/torchscript qat simulate solve plan operators run train zoo measure data graph graph/passes "
           "graph/read grid options",
    "job/json": "job report/job measure",
    "batch/plan": "job job/json job/options job/files report/job report/batch config export zoo data",
    "batch/state": "batch/plan report/job config",
    "batch": "batch/plan batch/state job/options report/job report/batch config options",
    "apps": "batch batch/plan job job/json job/options job/input report report/job report/ci config options",
}
MAY_INCLUDE = {group: {group, "base", *arrows.split()} for group, arrows in ARROWS.items()}
FOLDERS = {group.split("/")[0] for group in ARROWS} - {"apps"}


def folder(group):
    return group.split("/")[0]


def may_link(group):
    """The folders whose libraries a folder's may be linked with: those that it includes, and what these include."""
    todo, found = [other for other in ARROWS if folder(other) == folder(group)], set()
    while todo:
        arrows = MAY_INCLUDE[todo.pop()]
        todo += arrows - found
        found |= arrows
    return {folder(other) for other in found}


# What an #include in angle brackets may name, and in which folders of src/ and apps/.
RESTRICTED = [(re.compile(r"torch/csrc/jit/"),
               {"graph/ir", "graph", "graph/passes", "graph/read", "simulate", "qat", "export/lowering",
                "export/onednn", "export/onnx", "export/pt2", "export/torchscript"},
               "TorchScript's internals"),
              (re.compile(r"CLI/"), {"apps"}, "CLI11"),
              (re.compile(r"yaml-cpp/"), {"config"}, "the YAML library"),
              (re.compile(r"(torch/torch|torch/script|torch/extension|ATen/ATen)\.h$"), set(),
               "an all-in-one LibTorch header (slow to compile)")]

# What a line of src/ and apps/ may call, and in which files: what a name or a file holds cannot go around their checks.
ONE_PLACE = [(re.compile(r"\b(f?printf|v?f?printf|f?puts|f?putc|putchar|fwrite|perror)\s*\(|\bstd::(cout|cerr|clog)\b"),
              {"apps/qtool/streams.cpp", "src/base/error.cpp"}, "printing is for apps/qtool/streams.h"),
             (re.compile(r"\bstd::(ofstream|fstream)\b|\bfopen\s*\(|\bO_CREAT\b"), {"src/base/atomic_file.cpp"},
              "files are written by base/atomic_file.h"),
             (re.compile(r"\b[Jj]son::parse\s*\(|\.dump\s*\("), {"src/base/json_text.cpp"},
              "JSON is read and written by base/json_text.h")]

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
    """The group that a file belongs to; None where the rules do not reach (tests, documents)."""
    parts = name.split("/")
    if parts[0] == "apps":
        return "apps"
    return group_of("/".join(parts[1:])) if parts[0] == "src" and len(parts) > 2 else None


def group_of(path):
    """The innermost group that a path below src/ lies in; its folder where that has no place in ARROWS."""
    groups = [group for group in ARROWS if path.startswith(group + "/")]
    return max(groups, key=len) if groups else path.split("/")[0]


def included_group(bracket, target):
    """The group that an #include names; None where it is none of ours."""
    ours = bracket == '"' and "/" in target and target.split("/")[0] in FOLDERS
    return group_of(target) if ours else None


def include_breach(layer, bracket, target):
    """What is wrong with one #include, or None."""
    group = included_group(bracket, target)
    if group and group not in MAY_INCLUDE[layer]:
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
            for library in re.findall(r"\bqtool_(\w+)", line):
                if library in FOLDERS and library not in may_link(layer):
                    yield number, f"{layer} must not link qtool_{library}: arrows point down"


def unused_arrows(root, names):
    """Arrows of the picture that no #include follows; of the whole tree, which has this file."""
    if pathlib.Path(__file__).resolve() != (root / "tests/style/layering.py").resolve():
        return []
    used = {layer: set() for layer in ARROWS}
    for name in names:
        layer = layer_of(name)
        for line in (root / name).read_text().split("\n") if layer and name.endswith((".h", ".cpp")) else []:
            include = INCLUDE.match(line)
            used[layer].add(include and included_group(*include.groups()))
    return [f"tests/style/layering.py:1: {layer} includes nothing of {group}: take the arrow out"
            for layer, arrows in ARROWS.items() for group in arrows.split() if group not in used[layer]]


def check(root):
    """Lines that say what is wrong and where."""
    names = project_files(root)
    breaches = unused_arrows(root, names)
    for name in names:
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
