"""Networks of torchvision, timm and transformers: what torch.export saves is read, computes what PyTorch does, has the
layers of the traced file, and becomes int8 files that PyTorch runs."""
import json
import os
import unittest

import torch

import client

try:
    import package_networks
except ImportError as missing:
    raise unittest.SkipTest(f"no torchvision, timm and transformers ({missing})")

# Traced, they call kernels that torch.export has decomposed.
DECOMPOSED = {"tv_swin": 120, "tv_vit": 120}
# Traced, its attention is one operator.
FUSED = {"tv_vit"}
LEAST_SQNR_DB = 10
# Only a job with data finds it.
WRONG_KERNEL = "its int8 kernel is wrong on this processor"


@unittest.skipIf(client.has_older_libtorch(), "the program's LibTorch is older than this PyTorch")
class Packages(client.InFolder):
    def qtool(self, *words):
        done = client.qtool(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if "--json" in words else None

    def prepare(self, name):
        network, inputs = package_networks.make(name)
        with torch.no_grad():
            program = client.export(network, inputs)
            traced = torch.jit.trace(network, tuple(inputs), check_trace=False)
            outputs = network(*inputs)
        exported, reference = self.path(name + ".pt2"), self.path(name + ".pt")
        torch.export.save(program, exported)
        traced.save(reference)
        client.save_inputs(inputs, self.path(name + ".npz"))
        return exported, reference, inputs, outputs

    def layers(self, told):
        return [site["site"] for site in told if site["site"].endswith(":weight")]

    def check(self, name):
        """Gives the int8 file, and what PyTorch needs to run the network."""
        exported, reference, inputs, outputs = self.prepare(name)
        data = "npz:" + self.path(name + ".npz")
        told = self.qtool("eval", exported, "--against", reference, "--data", data, "--json")["agreement"]["sqnr_db"]
        if told is not None:
            self.assertGreater(told, DECOMPOSED.get(name, float("inf")))
        self.qtool("ptq", exported, "--data", data, "-o", self.path(name), "--blame-samples", "0",
                   "--improve", "none", "--quiet")
        traced = self.qtool("inspect", reference, "--data", data, "--json")
        told = client.report(self.path(name))["layers"]
        wrong_here = {row["site"] + ":weight" for row in told if WRONG_KERNEL in (row.get("reason") or "")}
        layers = self.layers(told)
        of_traced = [site for site in self.layers(traced["sites"]) if site not in wrong_here]
        if name in FUSED:
            layers = [layer for layer in layers if layer in of_traced]
        self.assertEqual(layers, of_traced)
        return os.path.join(self.path(name), "model.int8.pt"), inputs, outputs

    def test_each_is_read_as_traced_and_runs_in_int8(self):
        quantized = {}
        for name in package_networks.ALL:
            with self.subTest(name):
                quantized[name] = self.check(name)
        files, inputs, outputs = zip(*quantized.values())
        for name, [answer], expected in zip(quantized, client.run_each(files, inputs), outputs):
            with self.subTest(name, client="PyTorch"):
                reported = client.report(self.path(name))["accuracy"]["ladder"][-1]["sqnr_db"]
                self.assertAlmostEqual(reported, client.sqnr_db([expected], [answer]), places=2)
                self.assertGreater(reported, LEAST_SQNR_DB)


if __name__ == "__main__":
    unittest.main()
