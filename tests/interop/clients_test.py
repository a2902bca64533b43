"""Networks saved by PyTorch go through `qtool inspect` and `qtool ptq`; what comes out runs without qtool."""
import json
import os
import unittest

import torch

import client
import networks

# The least SQNR of int8 against float. None of these networks is trained, and noise is what they are worst at.
LEAST_SQNR_DB = 15
# The least of int8 against its simulation.
LEAST_SIMULATED_SQNR_DB = 25


class Clients(client.InFolder):
    def save(self, name, how):
        """Saves network and inputs; the model's path, the data's spec, inputs, and what the network answers."""
        model, inputs = client.make(name)
        path = self.path(f"{name}.{how}.pt")
        client.save(model, inputs, how, path)
        client.save_inputs(inputs, self.path(name + ".npz"))
        with torch.no_grad():
            expected = model(*inputs)
        return path, "npz:" + self.path(name + ".npz"), inputs, list(expected) if isinstance(expected,
                                                                                             tuple) else [expected]

    def quantize(self, name, how):
        """Checks plan and files of one network. Its plan's lines, its layers in the report, its int8 outputs."""
        model, data, inputs, expected = self.save(name, how)
        inspected = client.qtool("inspect", model, "--data", data, "--json")
        self.assertEqual(inspected.returncode, 0, inspected.stderr)
        sites = json.loads(inspected.stdout)["sites"]
        self.check_plan(name, how, sites)

        out = self.path(f"{name}.{how}")
        done = client.qtool("ptq", model, "--data", data, "-o", out, "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        int8, simulated = client.run([os.path.join(out, f"model.{kind}.pt") for kind in ("int8", "fakequant")], inputs)
        self.assertEqual([y.shape for y in int8], [y.shape for y in expected])
        self.assertGreater(client.sqnr_db(expected, int8), LEAST_SQNR_DB)
        self.assertGreater(client.sqnr_db(simulated, int8), LEAST_SIMULATED_SQNR_DB)
        return sites, client.report(out)["layers"], int8

    def check_plan(self, name, how, sites):
        _, _, int8, left = networks.ALL[name]
        quantized = {site["site"] for site in sites if site["scheme"]}
        for layer in int8 if how != "freeze" else []:  # freezing leaves no module paths
            self.assertIn(layer + ":weight", quantized)
        for kind, reason in left.items():
            reasons = [site["reason"] for site in sites if site["op"] == kind]
            self.assertTrue(reasons and all(reason in r for r in reasons), (kind, reasons))
        for site in sites:
            self.assertTrue(site["scheme"] or site["reason"], site)

    def check_refusal(self, name, how):
        """The network is refused for an operator that the program's LibTorch lacks."""
        model, data, _, _ = self.save(name, how)
        refused = client.qtool("inspect", model, "--data", data)
        self.assertEqual(refused.returncode, 2)
        self.assertRegex(refused.stderr, r"lacks an operator of the model: aten::\w+")

    def test_networks_of_all_kinds(self):
        """Scripted and traced; where both can be had, they are the same in int8."""
        older = client.has_older_libtorch()
        for name in networks.ALL:
            with self.subTest(name=name):
                if name in networks.NOT_SCRIPTED:
                    self.check_refusal(name, "trace") if older else self.quantize(name, "trace")
                    continue
                if older and name in networks.NOT_FOR_OLDER_LIBTORCH:
                    self.check_refusal(name, "script")
                    self.quantize(name, "trace")
                    continue
                _, scripted, first = self.quantize(name, "script")
                if name in networks.NOT_TRACED:
                    continue
                _, traced, second = self.quantize(name, "trace")
                weights = [[(row["site"], row["scheme"], row["scale_min"], row["scale_max"]) for row in layers
                            if row["site"].endswith(":weight")] for layers in (scripted, traced)]
                self.assertEqual(weights[0], weights[1])
                self.assertTrue(all(torch.equal(a, b) for a, b in zip(first, second)))

    def test_frozen_network(self):
        self.quantize("residual", "freeze")

    def test_eval_says_what_python_sees(self):
        model, data, inputs, _ = self.save("residual", "script")
        done = client.qtool("ptq", model, "--data", data, "-o", self.path("out"), "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        int8 = self.path("out/model.int8.pt")
        done = client.qtool("eval", int8, "--data", data, "--against", model, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        (reference,), (outputs,) = client.run([model, int8], inputs)
        same = 100 * float((reference.argmax(1) == outputs.argmax(1)).double().mean())
        self.assertAlmostEqual(told["model"]["values"]["agreement"], same)
        self.assertAlmostEqual(told["agreement"]["sqnr_db"], client.sqnr_db([reference], [outputs]), places=2)

    def test_tensors_saved_by_torch_serve_as_data(self):
        model, _, inputs, _ = self.save("two_inputs", "script")
        torch.save({"image": inputs[0], "table": inputs[1]}, self.path("data.pth"))
        done = client.qtool("ptq", model, "--data", "tensors:" + self.path("data.pth"), "-o", self.path("out"),
                            "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
