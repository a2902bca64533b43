"""What is measured is what the models compute, each for itself, and is told as what it is."""
import unittest

import torch
from torch import nn

from harness import FaultTest


class Classifier(nn.Module):
    """Scales pixels in its input's own memory, as many preprocessing steps do."""

    def __init__(self, in_place):
        super().__init__()
        self.in_place = in_place
        self.conv = nn.Conv2d(3, 16, 3)
        self.head = nn.Linear(16, 4)

    def forward(self, x):
        if self.in_place:
            x /= 255
        else:
            x = x / 255
        return self.head(torch.relu(self.conv(x)).amax((2, 3)))


class RunsAreApart(FaultTest):
    def pair(self):
        """Two models that compute the same, one in its input's memory; and data with its answers."""
        plain = Classifier(False).eval()
        with torch.no_grad():
            plain.head.weight.mul_(20)
        changing = Classifier(True).eval()
        changing.load_state_dict(plain.state_dict())
        x = torch.rand(200, 3, 8, 8) * 255
        labels = plain(x).argmax(1)
        return self.script(plain, "plain.pt"), self.script(changing, "changing.pt"), self.npz(x=x, labels=labels)

    def test_each_rung_sees_the_input_as_it_was(self):
        plain, changing, data = self.pair()
        expected, _ = self.job("ptq", plain, data, out="plain")
        for how in [changing]:
            got, _ = self.job("ptq", how, data, out="changing")
            for rung, known in zip(got["accuracy"]["ladder"], expected["accuracy"]["ladder"], strict=True):
                self.assertEqual(rung["top1"], known["top1"], rung["name"])
                self.assertEqual(rung["agreement"], known["agreement"], rung["name"])
            self.assertEqual(got["accuracy"]["ladder"][0]["top1"], 1.0)
            self.assertEqual(got["warnings"], expected["warnings"])
            self.assertEqual(got["blame"]["all"]["agreement"], expected["blame"]["all"]["agreement"])

    def test_a_model_is_held_against_one_that_changes_its_input(self):
        plain, changing, data = self.pair()
        for first, second in [(changing, plain), (plain, changing), (changing, changing)]:
            done = self.qtool("eval", first, "--against", second, "--data", data)
            self.assertIn("same top-1 on 100.00 %", done.stdout)


if __name__ == "__main__":
    unittest.main()
