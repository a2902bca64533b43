"""Networks and data of many kinds, as people have them."""
import json
import unittest

import torch
from torch import nn

from harness import FaultTest, sqnr_db


class ComputedWeights(FaultTest):
    """forward() computes the weights of its layers from parameters alone (pytorch#57289, MQBench#57,
    coremltools#1347)."""

    def check(self, model, x, layers):
        path = self.trace(model, x[:2])
        expected = self.run_file(path, x)[0]
        sites = json.loads(self.qtool("inspect", path, "--json").stdout)["sites"]
        self.assertEqual(sum(site["site"].endswith(":weight") for site in sites), layers)
        self.job("ptq", path, self.npz(x=x), "--blame-samples", 0)
        self.assertGreater(sqnr_db(expected, self.run_file(self.path("out/model.int8.pt"), x)[0]), 25)

    def test_weight_norm(self):
        norm = nn.utils.parametrizations.weight_norm
        model = nn.Sequential(norm(nn.Conv1d(2, 16, 3, padding=1)), nn.ReLU(), norm(nn.Conv1d(16, 4, 1)))
        self.check(model, torch.randn(64, 2, 32), 2)

    def test_weight_norm_by_hooks(self):
        norm = nn.utils.weight_norm
        model = nn.Sequential(norm(nn.Conv1d(2, 16, 3, padding=1)), nn.ReLU(), norm(nn.Linear(32, 4)))
        self.check(model, torch.randn(64, 2, 32), 2)

    def test_spectral_norm(self):
        norm = nn.utils.spectral_norm
        model = nn.Sequential(norm(nn.Conv2d(3, 8, 4, 2, 1)), nn.LeakyReLU(0.2), nn.Flatten(), norm(nn.Linear(128, 1)))
        with torch.no_grad():
            model(torch.randn(8, 3, 8, 8))
        self.check(model, torch.randn(64, 3, 8, 8), 2)

    def test_equalised_rate_and_tied_weights(self):
        class Tied(nn.Module):
            def __init__(self):
                super().__init__()
                self.weight, self.bias = nn.Parameter(torch.randn(12, 32)), nn.Parameter(torch.randn(12))

            def forward(self, x):
                x = torch.relu(nn.functional.linear(x, self.weight * 0.18, self.bias * 0.01))
                return nn.functional.linear(x, (self.weight * 0.18).t())
        self.check(Tied(), torch.randn(64, 32), 2)


class RandomForward(FaultTest):
    """forward() draws random numbers, as a VAE or a GAN with noise (lightning-bolts#566): the rungs of the ladder would
    compare noise."""

    class Sampler(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.mean, self.log_variance = nn.Linear(20, 32), nn.Linear(32, 4), nn.Linear(32, 4)
            self.decoder = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 20), nn.Sigmoid())

        def forward(self, x):
            x = torch.relu(self.encoder(x))
            mean = self.mean(x)
            return self.decoder(mean + torch.exp(0.5 * self.log_variance(x)) * torch.randn_like(mean))

    def test_the_models_draw_the_same_numbers(self):
        path, data = self.script(self.Sampler()), self.npz(x=torch.randn(64, 20))
        report, done = self.job("ptq", path, data)
        ladder = {rung["name"]: rung for rung in report["accuracy"]["ladder"]}
        self.assertIsNone(ladder["folded"]["sqnr_db"])  # equal
        self.assertGreater(ladder["int8"]["sqnr_db"], 30)
        self.assertNotIn("please report the model", done.stderr)
        self.assertNotIn("compute something else", done.stderr)
        self.assertIn("draws random numbers (randn_like)", done.stderr)
        self.assertGreater(report["blame"]["all"]["sqnr_db"], 30)
        judged = json.loads(self.qtool("eval", self.path("out/model.int8.pt"), "--against", path, "--data", data,
                                       "--json").stdout)
        self.assertGreater(judged["agreement"]["sqnr_db"], 30)


class WorseByTraining(FaultTest):
    """A few steps at the default rate ruin a network that regresses; nobody said so."""

    def test_it_is_told(self):
        model = nn.Sequential(nn.Conv2d(1, 32, 5, padding=2), nn.Tanh(), nn.Conv2d(32, 16, 3, padding=1), nn.Tanh(),
                              nn.Conv2d(16, 4, 3, padding=1), nn.PixelShuffle(2))
        report, done = self.job("qat", self.script(model), self.npz(x=torch.rand(32, 1, 12, 12)), "--epochs", 1,
                                "--batch-size", 8, "--learning-rate", 0.01, "--blame-samples", 0)
        ladder = {rung["name"]: rung for rung in report["accuracy"]["ladder"]}
        self.assertLess(ladder["int8"]["sqnr_db"], ladder["ptq"]["sqnr_db"] - 3)
        self.assertTrue(any("training made the model worse" in warning for warning in report["warnings"]))
        self.assertIn("training made the model worse", done.stderr)


class QuantizedAlready(FaultTest):
    """An int8 file where the float one is wanted: qtool's own, or one by torch.ao."""

    def test_it_is_named(self):
        model, x = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4)), torch.randn(32, 3, 8,
                                                                                                              8)
        data = self.npz(x=x)
        self.job("ptq", self.script(model), data, "--blame-samples", 0)
        dynamic = torch.ao.quantization.quantize_dynamic(model.eval(), {nn.Linear}, dtype=torch.qint8)
        for path in self.path("out/model.int8.pt"), self.script(dynamic, "dynamic.pt"):
            for task in "ptq", "qat":
                _, done = self.job(task, path, data, code=3, out="again")
                self.assertIn("quantized already", done.stderr)


class FixedBatch(FaultTest):
    """A trace whose number of samples has become a constant (pytorch#38472, #59530, #65983)."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.last = nn.Conv2d(3, 8, 3, 2, 1), nn.Linear(8 * 16, 4)

        def forward(self, x):
            return self.last(torch.relu(self.conv(x)).view(int(x.shape[0]), 8 * 16))

    def test_it_is_told_and_can_be_worked_with(self):
        x = torch.randn(42, 3, 8, 8)
        path, data = self.trace(self.Net(), x[:4]), self.npz(x=x)
        _, done = self.job("ptq", path, data, code=2)
        self.assertIn("runs on 4 samples at a time, not on 42", done.stderr)
        self.assertIn("batch=4", done.stderr)
        report, _ = self.job("ptq", path, data + ",batch=4")
        self.assertEqual(report["accuracy"]["samples"], 40)
        self.assertEqual(report["latency_ms"]["batch"], 4)
        int8 = self.path("out/model.int8.pt")
        expected, got = self.run_file(path, x[:4])[0], self.run_file(int8, x[:4])[0]
        self.assertGreater(sqnr_db(expected, got), 25)
        self.qtool("eval", int8, "--against", path, "--data", data + ",batch=4")
        self.job("qat", path, data + ",batch=4", "--epochs", 1, "--blame-samples", 0)


    def test_a_sample_that_the_model_does_not_take_is_no_matter_of_the_number(self):
        path = self.script(nn.Sequential(nn.Embedding(8, 4), nn.Flatten(), nn.Linear(12, 3)))
        ids = torch.randint(0, 8, (32, 3))
        ids[20, 1] = 99
        _, done = self.job("ptq", path, self.npz(x=ids), code=2)
        self.assertNotIn("at a time", done.stderr)


class OtherPrecision(FaultTest):
    class Distances(nn.Module):
        """LibTorch has no kernel of cdist for half."""

        def __init__(self):
            super().__init__()
            self.first, self.centres = nn.Linear(8, 6), nn.Parameter(torch.randn(3, 6))

        def forward(self, x):
            return torch.cdist(self.first(x), self.centres)

    def test_data_is_converted(self):
        path = self.script(nn.Linear(8, 4).double())
        self.qtool("eval", path, "--against", path, "--data", self.npz(x=torch.randn(8, 8)))

    def test_what_does_not_run_in_its_type_begins_with_float32(self):
        path, data = self.script(self.Distances().half()), self.npz(x=torch.randn(8, 8))
        done = self.qtool("eval", path, "--against", path, "--data", data, code=2)
        self.assertIn("not implemented for 'Half'", done.stderr)
        self.assertIn("model.float()", done.stderr)
        report, _ = self.job("ptq", path, data)
        self.assertIn("compared with the network in float32", " ".join(report["warnings"]))
        self.assertEqual(self.run_file(self.path("out/model.int8.pt"), torch.randn(2, 8).half())[0].dtype, torch.half)

    def test_without_data_its_types_are_asked_for(self):
        done = self.qtool("ptq", self.script(nn.Linear(8, 4).half()), "--mode", "weight-only", "-o", self.path("out"),
                          code=2)
        self.assertIn("give --data", done.stderr)


class RowsThatDependOnValues(FaultTest):
    """Boxes above a threshold: float and int8 find another number of them (openvino2tensorflow#51, TensorRT#3339)."""

    class Detector(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 6))

        def forward(self, x):
            x = self.layers(x)
            scores = x[:, 4:].sigmoid().amax(1)
            return x[scores > 0.5][:, :4], scores[scores > 0.5]

    def test_the_job_ends_and_tells(self):
        path, data = self.script(self.Detector()), self.npz(x=torch.randn(512, 12))
        report, done = self.job("ptq", path, data)
        self.assertIn("another number of rows", done.stderr)
        self.assertGreater(report["blame"]["samples"], 0)
        self.qtool("eval", self.path("out/model.int8.pt"), "--against", path, "--data", data)

    def test_two_models_with_other_classes_are_still_refused(self):
        data = self.npz(x=torch.randn(8, 12))
        a, b = self.script(nn.Linear(12, 4), "a.pt"), self.script(nn.Linear(12, 5), "b.pt")
        self.assertIn("cannot be compared", self.qtool("eval", a, "--against", b, "--data", data, code=2).stderr)


class EqualInfinities(FaultTest):
    """Moves that are not legal have a logit of -inf: SQNR was NaN, and a NaN ranked the layers."""

    class Policy(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 6))

        def forward(self, x, legal):
            return self.layers(x).masked_fill(legal == 0, float("-inf"))

    def test_they_weigh_nothing(self):
        legal = torch.randint(0, 2, (64, 6))
        legal[:, 0] = 1
        report, _ = self.job("ptq", self.script(self.Policy()), self.npz(x=torch.randn(64, 12), legal=legal))
        int8 = report["accuracy"]["ladder"][-1]
        self.assertGreater(int8["sqnr_db"], 25)
        self.assertGreater(int8["outputs"][0]["worst_sqnr_db"], 15)
        self.assertGreater(report["blame"]["all"]["sqnr_db"], 25)


if __name__ == "__main__":
    unittest.main()
