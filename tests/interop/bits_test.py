"""Weights of few bits in the files of LibTorch's targets: they take their bits there, and compute the same."""
import os
import unittest
import zipfile

import torch
from torch import nn

import client

FILES = {"libtorch": "model.int8.pt", "libtorch-onednn": "model.int8.onednn.pt"}


class Net(nn.Module):
    """No weight's size is a multiple of eight: 3 * 7 * 9 * 9 and so on."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 7, 9, padding=4), nn.Conv2d(7, 15, 9, bias=False)
        self.up, self.last = nn.ConvTranspose2d(15, 15, 3), nn.Linear(15, 333)

    def forward(self, x):
        x = self.up(torch.relu(self.second(torch.relu(self.first(x)))))
        return self.last(x.mean([2, 3]))


class Bits(client.InFolder):
    def setUp(self):
        super().setUp()
        torch.manual_seed(0)
        self.inputs = [torch.randn(8, 3, 12, 12)]
        client.save(Net().eval(), self.inputs, "script", self.path("net.pt"))
        client.save_inputs(self.inputs, self.path("net.npz"))

    def quantize(self, bits, target):
        done = client.qtool("ptq", self.path("net.pt"), "--data", "npz:" + self.path("net.npz"), "--weight-bits",
                            str(bits), "--target", target, "-o", self.path("out"), "--quiet", "--no-report")
        self.assertEqual(done.returncode, 0, done.stderr)
        return os.path.join(self.path("out"), FILES[target])

    def check(self, target, some_bits):
        """Fewer bits are less, by most of 17,000 times the bits that they are fewer."""
        sizes = {}
        for bits in some_bits:
            int8 = self.quantize(bits, target)
            simulated, outputs = client.run([os.path.join(self.path("out"), "model.fakequant.pt"), int8], self.inputs)
            self.assertGreater(client.sqnr_db(simulated, outputs), 40, bits)
            sizes[bits] = os.path.getsize(int8)
        for fewer, more in zip(some_bits, some_bits[1:]):
            self.assertLess(sizes[fewer], sizes[more] - (more - fewer) * 1300, sizes)

    def test_files_of_few_bits_compute_what_is_simulated_and_are_smaller(self):
        self.check("libtorch", (2, 3, 4, 5, 6, 7))

    @unittest.skipIf(client.has_older_libtorch(), "needs LibTorch 2")
    def test_those_of_onednn_too(self):
        self.check("libtorch-onednn", (2, 5, 8))

    def test_a_saved_copy_of_a_loaded_file_holds_the_same(self):
        int8, again = self.quantize(3, "libtorch"), self.path("again.pt")
        model = torch.jit.load(int8)
        model.save(again)
        first, second = client.run([int8, again], self.inputs)
        self.assertTrue(torch.equal(first[0], second[0]))
        stored = [zipfile.ZipFile(path) for path in (int8, again)]
        tensors = [sorted(e.file_size for e in archive.infolist() if "/data/" in e.filename) for archive in stored]
        self.assertEqual(*tensors)


if __name__ == "__main__":
    unittest.main()
