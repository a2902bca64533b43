"""A model.fakequant.pt is an ordinary TorchScript file: it runs, is switched and trained in plain PyTorch, and comes
back."""
import os
import tempfile
import unittest

import torch
from torch.nn import functional as F

import client

CLASSES = 10


def labelled(inputs):
    """Inputs in which each class has a colour of its own, and the labels: something to learn."""
    x = inputs[0]
    labels = torch.arange(len(x)) % CLASSES
    return x * 0.3 + torch.randn(CLASSES, x.shape[1], 1, 1)[labels], labels


def fake_quants(model):
    return {name: module for name, module in model.named_modules() if name.endswith("_fake_quant")}


def switch(model, **flags):
    for module in fake_quants(model).values():
        for name, on in flags.items():
            getattr(module, name).fill_(int(on))


class FakeQuantFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        torch.set_num_threads(1)
        network, inputs = client.make("residual")
        cls.x, cls.labels = labelled(inputs)
        client.save(network, [cls.x], "script", cls.path("model.pt"))
        client.save_inputs([cls.x], cls.path("data.npz"), labels=cls.labels)
        cls.qat(cls.path("model.pt"), "out", "--epochs", "2")

    @classmethod
    def ladder(cls, out):
        return {rung["name"]: rung for rung in client.report(cls.path(out))["accuracy"]["ladder"]}

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def qat(cls, model, out, *flags):
        """At 4 bits; the ladder in its report."""
        done = client.qtool("qat", model, "--data", "npz:" + cls.path("data.npz"), "-o", cls.path(out), "--batch-size",
                            "8",
                            "--weight-bits", "4", "--activation-bits", "4", "--validation", "0", "--quiet", *flags)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return cls.ladder(out)

    def load(self):
        return torch.jit.load(self.path("out/model.fakequant.pt"))

    def answers(self, model):
        with torch.no_grad():
            return model(self.x)

    def top1(self, outputs):
        return 100 * float((outputs.argmax(1) == self.labels).double().mean())

    def test_it_gives_what_qtool_says(self):
        reference, simulated, int8 = (
            outputs for (outputs,) in client.run([self.path(name) for name in (
                "model.pt", "out/model.fakequant.pt", "out/model.int8.pt")], [self.x]))
        rung = self.ladder("out")["simulated"]
        same = 100 * float((reference.argmax(1) == simulated.argmax(1)).double().mean())
        self.assertAlmostEqual(rung["values"]["top1"], self.top1(simulated))
        self.assertAlmostEqual(rung["values"]["agreement"], same)
        self.assertAlmostEqual(rung["sqnr_db"], client.sqnr_db([reference], [simulated]), places=2)
        self.assertTrue(torch.equal(simulated.argmax(1), int8.argmax(1)))
        self.assertTrue(torch.allclose(simulated, int8, atol=1e-4))

    def test_its_modules_say_what_they_are(self):
        modules = fake_quants(self.load())
        self.assertEqual({module.site for module in modules.values()},
                         {row["site"] for row in client.report(self.path("out"))["layers"] if row["scheme"]})
        for name, module in modules.items():
            if module.site == "fc:output":  # all bits that this processor's kernels take: 7 or 8
                self.assertIn(module.qmax, (127, 255))
            else:
                self.assertEqual(module.qmax, 7 if name.endswith("_weight_fake_quant") else 15)
            self.assertEqual((int(module.observe), int(module.enabled)), (0, 1))

    def test_its_switches_can_be_set(self):
        model = self.load()
        expected = self.answers(model)
        module = model.fc_weight_fake_quant
        module.scale.mul_(3)
        self.assertFalse(torch.equal(self.answers(model), expected))
        module.observe.fill_(1)
        self.answers(model)
        rows = model.fc.weight.detach()
        self.assertTrue(torch.allclose(module.scale, torch.maximum(rows.amin(1) / -8.5, rows.amax(1) / 7.5), rtol=1e-4))

        model = self.load()
        switch(model, observe=False, enabled=False)
        whole = self.answers(model)
        ranges = {name: (float(m.low.sum()), float(m.high.sum())) for name, m in fake_quants(model).items()}
        switch(model, observe=True)
        self.assertTrue(torch.allclose(self.answers(model), whole, atol=1e-5))
        moved = {name for name,
                 m in fake_quants(model).items() if (float(m.low.sum()), float(m.high.sum())) != ranges[name]}
        self.assertEqual(moved, set(ranges))

    def train(self, model, steps=25):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(self.x), self.labels)
            loss.backward()
            optimizer.step()
            losses.append(float(loss))
        return losses

    def test_it_is_trained_on_and_comes_back(self):
        model = self.load()
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        self.assertTrue(before)
        switch(model, observe=True)
        losses = self.train(model)
        self.assertLess(losses[-1], 0.7 * losses[0])
        for name, parameter in model.named_parameters():
            self.assertFalse(torch.equal(before[name], parameter), name)

        switch(model, observe=False)
        expected = self.answers(model)
        torch.jit.save(model, self.path("trained.pt"))
        ladder = self.qat(self.path("trained.pt"), "again", "--epochs", "1", "--learning-rate", "0",
                          "--freeze-ranges-at", "0")
        for rung in ("ptq", "simulated", "int8"):
            self.assertAlmostEqual(ladder[rung]["values"]["top1"], self.top1(expected), msg=rung)
        (simulated,), (int8,) = client.run([self.path("again/model.fakequant.pt"), self.path("again/model.int8.pt")],
                                           [self.x])
        self.assertTrue(torch.allclose(simulated, expected, atol=1e-4))
        self.assertTrue(torch.allclose(int8, expected, atol=1e-4))

    def test_a_frozen_model_is_trained_as_well(self):
        """torch.jit.freeze makes constants of its weights."""
        network, _ = client.make("residual")
        client.save(network, [self.x], "freeze", self.path("frozen.pt"))
        ladder = self.qat(self.path("frozen.pt"), "frozen", "--epochs", "2")
        self.assertNotEqual(ladder["ptq"]["sqnr_db"], ladder["int8"]["sqnr_db"])


if __name__ == "__main__":
    unittest.main()
