#!/usr/bin/env python3
"""What is installed runs wherever it is moved to, tells one version everywhere, and becomes a Debian package.

BUILD is the build folder, VERSION that of CMakeLists.txt, MODEL a TorchScript file for images of 1x28x28."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BUILD, VERSION, MODEL = os.environ["BUILD"], os.environ["VERSION"], os.environ["MODEL"]
NOTHING_OF_THE_BUILD = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


def output(*command):
    return subprocess.run([str(word) for word in command], env=NOTHING_OF_THE_BUILD, stdout=subprocess.PIPE, check=True,
                          universal_newlines=True).stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        first, moved = pathlib.Path(cls.folder.name, "first"), pathlib.Path(cls.folder.name, "moved here")
        output("cmake", "--install", BUILD, "--prefix", first)
        first.rename(moved)
        cls.prefix, cls.qtool = moved, moved / "bin/qtool"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_runs_where_it_was_moved(self):
        out = pathlib.Path(self.folder.name, "out")
        output(self.qtool, "ptq", MODEL, "--data", "random:1x28x28", "--calib-samples", "16", "--verify-samples", "0",
               "--blame-samples", "0", "--quiet", "-o", out)
        self.assertGreater((out / "model.int8.pt").stat().st_size, 10000)
        self.assertEqual(json.loads((out / "report.json").read_text())["qtool"]["version"], VERSION)

    def test_one_version(self):
        self.assertEqual(output(self.qtool, "--version").splitlines()[0], f"qtool {VERSION}")
        man = (self.prefix / "share/man/man1/qtool.1").read_text()
        self.assertEqual(man.splitlines()[0], f'.TH QTOOL 1 "" "qtool {VERSION}" "User Commands"')
        schema = json.loads((self.prefix / "share/qtool/qtool.schema.json").read_text())
        self.assertEqual(schema["$comment"], f"of qtool {VERSION}")

    def test_shells_find_their_completions(self):
        for shell, file in [("bash", "bash-completion/completions/qtool"), ("zsh", "zsh/vendor-completions/_qtool"),
                            ("fish", "fish/vendor_completions.d/qtool.fish")]:
            self.assertEqual((self.prefix / "share" / file).read_text(), output(self.qtool, "completion", shell))

    def test_documents(self):
        for name in ("README.md", "LICENSE", "apps/manual.md"):
            self.assertTrue((self.prefix / "share/doc/qtool" / name).exists(), name)

    def test_libtorch_is_what_the_link_leads_to(self):
        link = self.prefix / "lib/qtool/torch"
        if not link.is_symlink():
            self.skipTest("built with Debian's LibTorch, which every program finds")
        target = link.resolve()
        link.unlink()
        try:
            done = subprocess.run([str(self.qtool), "--version"], env=NOTHING_OF_THE_BUILD, stderr=subprocess.DEVNULL,
                                  check=False)
            self.assertNotEqual(done.returncode, 0)
        finally:
            link.symlink_to(target)


@unittest.skipUnless(shutil.which("dpkg-deb") and shutil.which("dpkg-shlibdeps"),
                     "this is not a Debian system with dpkg-dev")
class Packaged(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        output("cpack", "--config", f"{BUILD}/CPackConfig.cmake", "-B", cls.folder.name)
        (cls.package,) = pathlib.Path(cls.folder.name).glob("*.deb")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def field(self, name):
        return output("dpkg-deb", "-f", self.package, name)

    def test_names_and_version(self):
        architecture = output("dpkg", "--print-architecture").strip()
        self.assertEqual(self.package.name, f"qtool_{VERSION}_{architecture}.deb")
        self.assertEqual(self.field("Version").strip(), VERSION)

    def test_debian_s_libraries_are_dependencies(self):
        for library in ("libc6", "libstdc++6", "libyaml-cpp", "libzip", "libspdlog", "libpugixml", "libnettle"):
            self.assertIn(library, self.field("Depends"))

    def test_libtorch_is_a_dependency_or_told_how_to_get(self):
        links = "/usr/lib/qtool/torch" in self.field("Description")
        self.assertNotEqual("libtorch" in self.field("Depends"), links)
        self.assertNotIn("qtool/torch", output("dpkg-deb", "-c", self.package))

    def test_files_lie_below_usr_and_belong_to_root(self):
        for line in output("dpkg-deb", "-c", self.package).splitlines():
            self.assertRegex(line, r"^[-dl]\S+ root/root .* \./(usr/.*)?$")


if __name__ == "__main__":
    unittest.main()
