"""Weight-only and dynamic files of LibTorch's targets in plain PyTorch."""
import io
import os
import unittest
import zipfile

import torch
from torch import nn

import client
import onnx_files

FILES = {"libtorch": "model.int8.pt", "libtorch-onednn": "model.int8.onednn.pt",
         "onnxruntime": "model.onnxruntime.onnx", "openvino": "model.openvino.onnx"}


class Reader(nn.Module):
    """An embedding, a convolution and linear layers."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(300, 48, padding_idx=0)
        self.conv = nn.Conv1d(48, 64, 3, padding=1)
        self.up, self.down = nn.Linear(64, 256), nn.Linear(256, 64)
        self.norm = nn.LayerNorm(64)

    def forward(self, tokens):
        x = self.conv(self.words(tokens).transpose(1, 2)).transpose(1, 2)
        return self.norm(x + self.down(torch.nn.functional.gelu(self.up(x))))


class Wide(Reader):
    """One whose sizes groups of 32 divide."""

    def __init__(self):
        super().__init__()
        self.words, self.conv = nn.Embedding(300, 64), nn.Conv1d(64, 64, 3, padding=1)


class Tied(nn.Module):
    """One layer that runs twice, and a table that is the last layer's weight."""

    def __init__(self):
        super().__init__()
        self.words, self.mix = nn.Embedding(500, 32), nn.Linear(32, 32)
        self.last = nn.Linear(32, 500, bias=False)
        self.last.weight = self.words.weight

    def forward(self, tokens):
        return self.last(self.mix(torch.tanh(self.mix(self.words(tokens)))))


class Modes(client.InFolder):
    def save(self, model, high):
        torch.manual_seed(0)
        self.tokens = torch.randint(0, high, (16, 20))
        self.model = model().eval()
        client.save(self.model, [self.tokens], "trace", self.path("net.pt"))
        client.save_inputs([self.tokens], self.path("net.npz"))

    def quantize(self, *more, target="libtorch", data=True):
        words = ["--data", "npz:" + self.path("net.npz")] if data else []
        done = client.qtool("ptq", self.path("net.pt"), *words, "--target", target, "-o", self.path("out"), "--quiet",
                            "--no-report", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return os.path.join(self.path("out"), FILES[target])

    def run_both(self, path):
        """SQNR of the file against float, and against its simulation."""
        simulated, int8 = client.run([os.path.join(self.path("out"), "model.fakequant.pt"), path], [self.tokens])
        with torch.no_grad():
            reference = [self.model(self.tokens)]
        return client.sqnr_db(reference, int8), client.sqnr_db(simulated, int8)

    def test_weight_only_needs_no_data_and_computes_what_is_simulated(self):
        self.save(Reader, 300)
        floats = os.path.getsize(self.path("net.pt"))
        for target in ["libtorch"] if client.has_older_libtorch() else ["libtorch", "libtorch-onednn"]:
            for bits, least, most in (("8", 38, 0.42), ("4", 14, 0.3)):
                with self.subTest(target=target, bits=bits):
                    path = self.quantize("--mode", "weight-only", "--weight-bits", bits, target=target, data=False)
                    to_float, to_simulated = self.run_both(path)
                    self.assertGreater(to_float, least)
                    self.assertGreater(to_simulated, 110)
                    self.assertLess(os.path.getsize(path), most * floats)

    def test_dynamic_computes_what_is_simulated(self):
        self.save(Reader, 300)
        path = self.quantize("--mode", "dynamic", data=False)
        to_float, to_simulated = self.run_both(path)
        self.assertGreater(to_float, 30)
        self.assertGreater(to_simulated, 70)
        with zipfile.ZipFile(path) as archive:
            code = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".py"))
        self.assertEqual(code.count(b"linear_dynamic("), 2)

    def test_a_rule_gives_a_layer_a_mode_of_its_own(self):
        self.save(Reader, 300)
        with open(self.path("recipe.yaml"), "w") as file:
            file.write("rules:\n- {match: up, mode: dynamic}\n- {match: down, mode: weight-only}\n")
        to_float, to_simulated = self.run_both(self.quantize("--recipe", self.path("recipe.yaml")))
        self.assertGreater(to_float, 25)
        self.assertGreater(to_simulated, 40)

    def test_a_weight_that_two_layers_read_is_in_the_file_once(self):
        self.save(Tied, 500)
        for mode in ("weight-only", "dynamic"):
            path = self.quantize("--mode", mode, data=False)
            to_float, to_simulated = self.run_both(path)
            self.assertGreater(to_float, 30)
            self.assertGreater(to_simulated, 70)
            self.assertLess(os.path.getsize(path), os.path.getsize(self.path("net.pt")))

    @unittest.skipIf(onnx_files.openvino_missing(), "no OpenVINO")
    def test_an_onnx_file_holds_the_table_in_int8(self):
        self.save(Reader, 300)
        path = self.quantize("--mode", "weight-only", target="onnxruntime")
        outputs = [torch.from_numpy(y) for y in onnx_files.run_openvino(path, [self.tokens.numpy()])]
        simulated, = client.run([os.path.join(self.path("out"), "model.fakequant.pt")], [self.tokens])
        self.assertGreater(client.sqnr_db(simulated, outputs), 50)
        self.assertLess(os.path.getsize(path), 0.42 * os.path.getsize(self.path("net.pt")))

    def test_scales_of_groups_win_and_compute_what_is_simulated(self):
        self.save(Wide, 300)
        for target in ["libtorch"] if client.has_older_libtorch() else ["libtorch", "libtorch-onednn"]:
            with self.subTest(target=target):
                words = ["--mode", "weight-only", "--weight-bits", "3"]
                path = self.quantize(*words, target=target, data=False)
                of_channels, size = self.run_both(path)[0], os.path.getsize(path)
                path = self.quantize(*words, "--group-size", "32", target=target, data=False)
                to_float, to_simulated = self.run_both(path)
                self.assertGreater(to_float, of_channels + 0.2)
                self.assertGreater(to_simulated, 130)
                # 78,000 weights: 16 bits for 32 of them are 4.9 kB, where channels and rows had 3.0 kB.
                self.assertLess(os.path.getsize(path), size + 3000)

    @unittest.skipIf(onnx_files.missing or onnx_files.openvino_missing(), "no ONNX Runtime or OpenVINO")
    def test_onnx_files_hold_scales_of_groups_in_blocks(self):
        self.save(Wide, 300)
        for target in ("onnxruntime", "openvino"):
            with self.subTest(target=target):
                path = self.quantize("--mode", "weight-only", "--weight-bits", "4", "--group-size", "32", target=target)
                simulated, = client.run([os.path.join(self.path("out"), "model.fakequant.pt")], [self.tokens])
                tokens = [self.tokens.numpy()]
                exact = onnx_files.run_onnxruntime(path, tokens, as_written=True)
                self.assertGreater(client.sqnr_db(simulated, [torch.from_numpy(y) for y in exact]), 110)
                # Kernels for blocks round what they read to 8 bits.
                for run in (onnx_files.run_onnxruntime, onnx_files.run_openvino):
                    outputs = [torch.from_numpy(y) for y in run(path, tokens)]
                    self.assertGreater(client.sqnr_db(simulated, outputs), 40)
                self.assertLess(os.path.getsize(path), 0.25 * os.path.getsize(self.path("net.pt")))
                model = onnx_files.onnx.load(path)
                onnx_files.onnx.checker.check_model(model, full_check=True)
                blocks = [a.i for node in model.graph.node if node.op_type == "DequantizeLinear"
                          for a in node.attribute if a.name == "block_size"]
                self.assertEqual(blocks, [32, 32, 32])

    def test_groups_that_no_layer_can_have_are_refused_and_some_are_told_of(self):
        self.save(Reader, 300)
        done = client.qtool("ptq", self.path("net.pt"), "--mode", "weight-only", "--group-size", "128", "--only", "up",
                            "-o", self.path("out"), "--quiet")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("up: no groups of 128: an output channel has 64 weights", done.stderr)
        done = client.qtool("inspect", self.path("net.pt"), "--mode", "weight-only", "--group-size", "32")
        self.assertIn("int8 symmetric per-group(32)", done.stdout)
        self.assertIn("no groups of 32: an output channel has 48 weights", done.stdout)

    def test_a_saved_copy_holds_int8_too(self):
        self.save(Reader, 300)
        path = self.quantize("--mode", "weight-only", "--weight-bits", "5", data=False)
        again = io.BytesIO()
        model = torch.jit.load(path)
        torch.jit.save(model, again)
        self.assertLess(len(again.getvalue()), os.path.getsize(path) * 1.1)
        again.seek(0)
        self.assertTrue(torch.equal(torch.jit.load(again)(self.tokens), model(self.tokens)))


if __name__ == "__main__":
    unittest.main()
