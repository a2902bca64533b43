"""Networks and data of many kinds, as people have them."""
import json
import unittest

import torch
from torch import nn

from harness import FaultTest, sqnr_db


class ComputedWeights(FaultTest):
    """forward() computes the weights of its layers from parameters alone (pytorch#57289, MQBench#57, coremltools#1347)."""

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


if __name__ == "__main__":
    unittest.main()
