"""Model and tensor files that are damaged, or made to do harm: nothing of them runs, and no size of theirs is
believed."""
import os
import pathlib
import signal
import struct
import subprocess
import sys
import time
import zipfile

import torch

from harness import FaultTest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bad_input"))
import torchscript  # noqa: E402

RANDOM = "random:3x8x8"
USAGE = 2
CODE = "code/__torch__/hostile_model_test.py"  # of the classes below


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 3)
        self.fc = torch.nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).mean([2, 3]))


class StateThatRuns(torch.nn.Module):
    """Its __setstate__ is called by whoever loads it."""

    def __init__(self, path: str):
        super().__init__()
        self.path = path
        self.weight = torch.nn.Parameter(torch.ones(1))

    @torch.jit.export
    def __getstate__(self):
        return (self.path, self.weight, self.training)

    @torch.jit.export
    def __setstate__(self, state: tuple[str, torch.Tensor, bool]):
        self.path = state[0]
        self.weight = state[1]
        self.training = state[2]
        torch.save(state[1], state[0])

    def forward(self, x):
        return x * self.weight


class HarmfulCode(FaultTest):
    def forward_with(self, line, name="model.pt"):
        """A small network whose forward() begins with this line."""
        return self.with_code("    conv = self.conv\n", f"    {line}\n    conv = self.conv\n", name)

    def with_code(self, old, new, name="model.pt"):
        files = torchscript.records(self.script(Small(), "good.pt"))
        files[CODE] = torchscript.replacing(old, new)(files[CODE])
        return torchscript.write(self.path(name), files)

    def refused(self, model, operator, *words):
        done = self.qtool(*(words or ("inspect",)), model, code=USAGE)
        self.assertIn(f"calls what it must not: {operator}", done.stderr)
        self.assertNotIn("bug", done.stderr)
        return done.stderr

    def test_operators_that_touch_files_are_refused_by_name_and_line(self):
        target = self.path("victim")
        for line, operator in ((f'ops.aten.save(x, "{target}")', "aten::save"),
                               (f'torch.save(x, "{target}")', "aten::save"),
                               (f'getattr(torch, "save")(x, "{target}")', "aten::save"),
                               (f'x = torch.add(x, torch.from_file("{target}", True, 4)[0])', "aten::from_file"),
                               (f'if bool(torch.sum(x)):\n      torch.save(x, "{target}")\n    else:\n      pass',
                                "aten::save"),
                               ('x = ops.inductor._reinterpret_tensor(x, [1], [1])', "inductor::_reinterpret_tensor")):
            with self.subTest(line):
                said = self.refused(self.forward_with(line), operator)
                self.assertIn(CODE + ":", said)
                self.assertFalse(os.path.exists(target))

    def test_setstate_does_not_run(self):
        target = self.path("victim")
        model = self.script(torch.nn.Sequential(Small(), StateThatRuns(target)))
        self.assertFalse(os.path.exists(target))
        for words in (("inspect",), ("bench", "--shape", "3x8x8"), ("ptq", "--data", RANDOM, "-o", self.path("out")),
                      ("eval", "--data", RANDOM, "--against", model),
                      ("ptq", "--dry-run", "--data", RANDOM, "-o", self.path("out"))):
            with self.subTest(words):
                self.refused(model, "aten::save", *words)
                self.assertFalse(os.path.exists(target))

    def test_code_that_only_another_method_calls_is_read(self):
        other = ('  def other(self: __torch__.hostile_model_test.Small) -> NoneType:\n'
                 '    torch.save(3, "victim")\n    return None\n')
        self.refused(self.with_code("  def forward(self", other + "  def forward(self"), "aten::save")

    def test_a_class_of_connections_is_refused(self):
        name = "__torch__.torch.classes.profiling._ScriptProfile"
        model = self.forward_with(f"y = {name}.__new__({name})\n    _8 = (y).__init__()\n    _9 = (y).enable()")
        self.refused(model, name)

    def test_a_print_does_not_reach_the_terminal(self):
        model = self.forward_with('print("\\033[31mred\\n::error::forged")')
        done = self.qtool("bench", model, "--shape", "3x8x8")
        self.assertNotIn("red", done.stdout + done.stderr)
        done = self.qtool("bench", model, "--shape", "3x8x8", "--log-level", "debug")
        self.assertIn(r"the model prints: \x1b[31mred", done.stderr)
        self.assertNotIn("\x1b", done.stderr)
        self.assertNotIn("\n::error::", done.stderr)

    def test_code_that_is_nested_too_deep_is_refused(self):
        for line in ("y = " + "(" * 10000 + "x" + ")" * 10000, "y = " + "-" * 100000 + "x", "y = x" + " + x" * 100000):
            said = self.qtool("inspect", self.forward_with(line), code=USAGE).stderr
            self.assertIn("at most", said)
            self.assertIn("at line", said)


class Loops(FaultTest):
    """A model may run for ever, but not against the will of who started it."""

    def endless(self):
        class Endless(Small):
            def forward(self, x):
                count = 0
                while count < 2**60:
                    count += 1
                return self.fc(torch.relu(self.conv(x)).mean([2, 3])) + count

        return self.script(Endless())

    def interrupted(self, *words, times):
        """Seconds until it ended."""
        process = subprocess.Popen([os.environ["QTOOL_PROGRAM"], *words], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        time.sleep(3)
        begin = time.monotonic()
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, said)
        self.assertIn("interrupted", said)
        return time.monotonic() - begin

    def test_looking_at_it_does_not_run_it(self):
        self.qtool("inspect", self.endless())

    def test_one_interrupt_ends_it_within_seconds(self):
        self.assertLess(self.interrupted("bench", self.endless(), "--shape", "3x8x8", times=1), 30)

    def test_the_second_ends_it_at_once(self):
        self.assertLess(self.interrupted("bench", self.endless(), "--shape", "3x8x8", times=2), 5)


class Sizes(FaultTest):
    def refused(self, model, *says):
        said = self.qtool("inspect", model, code=USAGE).stderr
        for text in says:
            self.assertIn(text, said)

    def test_a_record_that_is_shorter_than_its_tensor(self):
        good = self.script(Small(), "good.pt")
        for name, cut in (("empty", lambda data: b""), ("four bytes short", lambda data: data[:-4])):
            with self.subTest(name):
                self.refused(torchscript.edited(good, self.path("short.pt"), first_weight=cut), "record data/0",
                             "of 864")

    def test_a_constant_that_is_shorter_than_its_tensor(self):
        frozen = torch.jit.freeze(torch.jit.script(Small().eval()))
        frozen.save(self.path("good.pt"))
        files = torchscript.records(self.path("good.pt"))
        name = next(name for name in files if name.startswith("constants/"))
        files[name] = files[name][:-4]
        self.refused(torchscript.write(self.path("short.pt"), files), "record constants/")

    def test_a_tensor_that_reaches_beyond_its_storage(self):
        good = self.script(Small(), "good.pt")
        strides = b"(K\x1bK\tK\x03K\x01t"
        for other in (b"(K\x1bK\tK\x03K\x02t", b"(\x8a\x08" + b"\xff" * 7 + b"\x7fK\tK\x03K\x01t"):
            def change(data, other=other):
                self.assertIn(strides, data)
                return data.replace(strides, other)
            self.refused(torchscript.edited(good, self.path("beyond.pt"), pickle=change), "data.pkl: a tensor")

    def test_tensors_of_data(self):
        torch.save({"x": torch.randn(8, 3, 8, 8)}, self.path("x.pt"))
        files = torchscript.records(self.path("x.pt"))
        model = self.script(Small())
        self.job("ptq", model, "tensors:" + self.path("x.pt"))
        for name, data in (("empty", b""), ("short", files["data/0"][:-4])):
            torchscript.write(self.path(f"{name}.pt"), {**files, "data/0": data})
            _, done = self.job("ptq", model, f"tensors:{self.path(name)}.pt", code=USAGE, out=name)
            self.assertIn("record data/0", done.stderr)

    def test_a_checkpoint(self):
        words = (self.script(Small()), self.npz(x=torch.randn(8, 3, 8, 8), labels=torch.arange(8) % 4), "--epochs", "2")
        self.job("qat", *words)
        checkpoint = self.folder / "out/checkpoints/last.pt"
        files = torchscript.records(checkpoint)
        for record in ("data/0",
                       max((name for name in files if name.startswith("data/")), key=lambda name: len(files[name]))):
            for data in (b"", files[record][:-4]):
                with self.subTest(f"{record} of {len(data)} bytes"):
                    torchscript.write(checkpoint, {**files, record: data})
                    _, done = self.job("qat", *words, "--resume", code=USAGE)
                    self.assertIn(str(checkpoint), done.stderr)
                    self.assertIn(f"record {record}", done.stderr)
        torchscript.write(checkpoint, files)
        self.job("qat", *words, "--resume")

    def test_kinds_of_tensors_that_people_save(self):
        model = self.script(Small())
        x = torch.randn(8, 3, 8, 8)
        parameter = torch.nn.Parameter(x)
        attributed = x.clone()
        attributed.note = "a"
        for name, value in (("list", [x]), ("tuple", (x,)), ("parameter", parameter),
                            ("expanded", x[:1].expand(8, 3, 8, 8)),
                            ("last", x.to(memory_format=torch.channels_last)), ("half", x.half()), ("part", x[2:5])):
            with self.subTest(name):
                torch.save(value, self.path(f"{name}.pt"))
                self.qtool("eval", model, "--data", f"tensors:{self.path(name)}.pt", "--against", model)

    def test_a_pickle_that_is_nested_too_deep(self):
        good = self.script(Small(), "good.pt")
        deep = b"\x80\x02" + b"](" * 200000 + b"e" * 200000 + b"."
        self.refused(torchscript.edited(good, self.path("deep.pt"), pickle=lambda data: deep),
                     "nested more than 1000 deep")

    def test_a_pickle_that_calls_something_else(self):
        good = self.script(Small(), "good.pt")
        call = b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R."
        self.refused(torchscript.edited(good, self.path("call.pt"), pickle=lambda data: call), "os.system")


class Archives(FaultTest):
    def test_two_members_of_one_name(self):
        path = self.script(Small())
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("model/data.pkl", b"\x80\x02N.")
        self.assertIn("two members have the name", self.qtool("inspect", path, code=USAGE).stderr)

    def directory(self, path):
        """The bytes of the file, and where the entries of its directory begin."""
        data = bytearray(pathlib.Path(path).read_bytes())
        end = data.rindex(b"PK\x05\x06")
        count, = struct.unpack_from("<H", data, end + 10)
        at, = struct.unpack_from("<I", data, end + 16)
        places = []
        for _ in range(count):
            places.append(at)
            name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
            at += 46 + name + extra + comment
        return data, places

    def test_members_that_lie_in_each_other(self):
        path = torchscript.write(self.path("overlap.pt"), {f"data/{i}": bytes(50000) for i in range(4)})
        data, places = self.directory(path)
        for i, place in enumerate(places):
            struct.pack_into("<III", data, place + 20, 150000, 150000, i)
        pathlib.Path(path).write_bytes(data)
        self.qtool("inspect", path, code=USAGE)

    def test_a_member_that_unpacks_to_far_too_much(self):
        path = self.path("bomb.pt")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("archive/data.pkl", bytes(1000))
        data, places = self.directory(path)
        struct.pack_into("<I", data, places[0] + 24, 3 << 30)
        struct.pack_into("<I", data, 22, 3 << 30)
        pathlib.Path(path).write_bytes(data)
        self.assertIn("unpacks to more than 2 GiB", self.qtool("inspect", path, code=USAGE).stderr)


class DebugRecords(FaultTest):
    def test_damaged_ones_are_left_out(self):
        files = torchscript.records(self.script(Small(), "good.pt"))
        name = CODE + ".debug_pkl"
        whole = files[name]
        begin = whole.index(b"K\x00ctorch.jit._pickle")
        for at in range(begin, len(whole), 7):
            broken = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:]
            torchscript.write(self.path("broken.pt"), {**files, name: broken})
            self.qtool("inspect", self.path("broken.pt"))
        torchscript.write(self.path("broken.pt"), {**files, name: whole[:begin] + b"K\x7f" * 30})
        self.job("ptq", self.path("broken.pt"), RANDOM)
        self.run_file(self.folder / "out" / "model.int8.pt", torch.randn(1, 3, 8, 8))


class GoodFiles(FaultTest):
    def test_what_qtool_writes_is_read(self):
        model = self.script(Small())
        self.job("ptq", model, RANDOM)
        self.qtool("bench", model, self.folder / "out" / "model.int8.pt", "--shape", "3x8x8")

    def test_state_of_a_harmless_module(self):
        class Scaled(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = torch.nn.Parameter(torch.ones(1))

            @torch.jit.export
            def __getstate__(self):
                return (self.weight, self.training)

            @torch.jit.export
            def __setstate__(self, state: tuple[torch.Tensor, bool]):
                self.weight = state[0]
                self.training = state[1]

            def forward(self, x):
                return x * self.weight

        self.job("ptq", self.script(torch.nn.Sequential(Small(), Scaled())), RANDOM)
