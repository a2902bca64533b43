#!/usr/bin/env python3
"""The checker itself: a tree that breaks each rule once is reported with file and line, and a sound one is not."""
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

sys.dont_write_bytecode = True
import layering  # noqa: E402

CHECKER = pathlib.Path(__file__).resolve().with_name("layering.py")
ROOT = CHECKER.parents[2]


def run(files):
    """Exit code and output lines of the checker on a tree with these files."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, str(CHECKER), root], capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines()


class Layering(unittest.TestCase):
    def assert_breach(self, files, start):
        code, lines = run(files)
        self.assertEqual((code, len(lines)), (1, 1), lines)
        self.assertTrue(lines[0].startswith(start), lines[0])

    def test_sound_tree(self):
        code, lines = run({
            "src/base/error.cpp": '#include "base/error.h"\n#include <string>\n',
            "src/graph/passes/a.cpp":
                '#include "base/error.h"\n#include "graph/model.h"\n#include <torch/csrc/jit/ir/ir.h>\n',
            "src/train/trainer.cpp": '#include "measure/accuracy.h"\n#include "data/loader.h"\n',
            "src/export/CMakeLists.txt": "qtool_library(export SOURCES a.cpp DEPENDS qtool_plan qtool_grid)\n",
            "src/job/ptq.cpp": '#include "report/job/report.h"\n',
            "apps/qtool/main.cpp": '#include "job/ptq.h"\n#include <CLI/CLI.hpp>\n',
            "tests/export/torchscript/quantized_ops_test.cpp": '#include <torch/csrc/jit/serialization/import.h>\n',
            "build-apt/x.txt": "trailing \n", "out/x.txt": "trailing \n", ".ci": "run\n", "README.md": "# qtool\n"})
        self.assertEqual((code, lines), (0, ["layering: all well"]))

    def test_up(self):
        self.assert_breach({"src/base/a.cpp": '#include <string>\n#include "graph/model.h"\n'},
                           "src/base/a.cpp:2: base must not include graph/model.h")

    def test_sideways(self):
        self.assert_breach({"src/report/a.h": '#include "measure/accuracy.h"\n'},
                           "src/report/a.h:1: report must not include")

    def test_groups_of_a_folder(self):
        self.assert_breach({"src/graph/ir/a.h": '#include "graph/model.h"\n'},
                           "src/graph/ir/a.h:1: graph/ir must not include")
        self.assert_breach({"src/report/ci/a.h": '#include "report/batch/pareto.h"\n'},
                           "src/report/ci/a.h:1: report/ci must not include")

    def test_arrows_point_down(self):
        order = list(layering.ARROWS)
        for group, arrows in layering.ARROWS.items():
            for other in arrows.split():
                with self.subTest(group=group, other=other):
                    self.assertLess(order.index(other), order.index(group))

    def test_unused_arrow(self):
        with unittest.mock.patch.dict(layering.ARROWS, {"zoo": "graph measure"}):
            self.assertEqual(layering.check(ROOT), [
                "tests/style/layering.py:1: zoo includes nothing of measure: take the arrow out"])

    def test_library_must_not_see_apps_or_job(self):
        self.assert_breach({"src/train/a.h": '\n\n#include "job/ptq.h"\n'}, "src/train/a.h:3: train must not include")

    def test_link_dependency_up(self):
        self.assert_breach({"src/graph/CMakeLists.txt": "qtool_library(graph\n  DEPENDS qtool_plan)\n"},
                           "src/graph/CMakeLists.txt:2: graph must not link qtool_plan")

    def test_restricted_headers(self):
        for layer, header in [("plan", "torch/csrc/jit/ir/ir.h"), ("config", "CLI/CLI.hpp"), ("job", "yaml-cpp/yaml.h"),
                              ("graph", "torch/script.h"), ("base", "ATen/ATen.h")]:
            with self.subTest(header=header):
                self.assert_breach({f"src/{layer}/a.cpp": f"#include <{header}>\n"},
                                   f"src/{layer}/a.cpp:1: {layer} must not include {header}")

    def test_printing_and_files_have_one_place(self):
        for line, what in [('std::printf("%s", name);', "printing"), ("std::cerr << name;", "printing"),
                           ("std::ofstream log(path);", "files are written"),
                           ("open(path, O_WRONLY | O_CREAT);", "files are written"),
                           ("auto json = Json::parse(text);", "JSON"), ("return json.dump(2);", "JSON")]:
            with self.subTest(line=line):
                self.assert_breach({"src/train/a.cpp": line + "\n"}, f"src/train/a.cpp:1: {what}")
        self.assertEqual(run({"src/train/a.cpp": "std::snprintf(text, sizeof text, format);\n",
                              "apps/qtool/streams.cpp": "std::fwrite(a, 1, n, stderr);\n"})[0], 0)

    def test_folder_without_a_layer(self):
        self.assert_breach({"src/util/a.cpp": "\n"}, "src/util/a.cpp:1: folder src/util has no place")

    def test_top_level(self):
        self.assert_breach({"notes/a.md": "x\n"}, "notes/a.md:1: not among what the top level holds")

    def test_trailing_white_space(self):
        self.assert_breach({"tests/a.py": "x = 1\ny = 2 \n"}, "tests/a.py:2: trailing white space")
        self.assert_breach({"tests/a.py": "x = 1\t\n"}, "tests/a.py:1: trailing white space")

    def test_long_lines(self):
        for name in ("src/base/a.cpp", "tests/CMakeLists.txt", "tests/a.py", "apps/a.sh", "README.md"):
            with self.subTest(name=name):
                self.assert_breach({name: "x " * 59 + "yy\n" + "x " * 60 + "y\n"},
                                   f"{name}:2: 121 columns, at most 120")
        self.assertEqual(run({"README.md": "| b " * 40 + "|\n```\n" + "x " * 90 + "y\n```\n",
                              "src/base/a.h": "/// " + "a" * 120 + "\n",
                              "src/report/html/report.js": "x " * 90 + "y\n"})[0], 0)


if __name__ == "__main__":
    unittest.main()
