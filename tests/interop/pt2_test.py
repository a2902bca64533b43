"""Networks that torch.export has saved: qtool takes them as it takes their TorchScript."""
import json
import os
import unittest

import numpy
import torch
from torch import nn

import client
import networks

# Control flow that depends on data is nothing that torch.export takes.
NOT_EXPORTED = ["branching"]
# torch.export makes the batch a number.
STATIC = ["forked"]
# Decomposed, they compute in another order.
LEAST_SQNR_DB = 90
# An LSTM, scripted, has branches that an export has not.
OTHER_SITES = ["recurrent", "forked"]
FORMS = {"training": lambda program: program, "functional": lambda program: program.run_decompositions({}),
         "core": lambda program: program.run_decompositions()}
VECTORS = "random:4,samples=16,seed=1"


class TwoByName(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 8), nn.Linear(8, 3)

    def forward(self, x):
        x = torch.relu(self.first(x))
        return {"kind": self.last(x), "hidden": torch.tanh(x)}


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.last(torch.relu(self.second(torch.relu(self.first(x)))))


class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.register_buffer("seen", torch.zeros(4))

    def forward(self, x):
        self.seen.add_(1)
        return self.layer(x) + self.seen


class Dropping(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 2))

    def forward(self, x):
        return self.layers(x)


@unittest.skipIf(client.release(torch.__version__) < (2, 6), "a PyTorch of before 2.6")
@unittest.skipIf(client.has_older_libtorch(), "the program's LibTorch is older than this PyTorch")
class Exported(client.InFolder):
    def setUp(self):
        super().setUp()
        torch.manual_seed(0)

    def save(self, program, name="model.pt2"):
        torch.export.save(program, self.path(name))
        return self.path(name)

    def qtool(self, *words, code=0):
        done = client.qtool(*words)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def sites(self, model, data):
        plan = json.loads(self.qtool("inspect", model, "--data", data, "--json").stdout)
        return [site["site"] for site in plan["sites"]]

    def sqnr_db(self, model, reference, data):
        """None where both answer the same."""
        done = self.qtool("eval", model, "--data", data, "--against", reference, "--json")
        return json.loads(done.stdout)["agreement"]["sqnr_db"]

    def prepare(self, name):
        model, inputs = client.make(name)
        reference, data = self.path("reference.pt"), "npz:" + self.path("x.npz")
        client.save(model, inputs, "script" if name in networks.NOT_TRACED else "trace", reference)
        client.save_inputs(inputs, self.path("x.npz"))
        return client.export(model, inputs, name in STATIC), inputs, reference, data

    def int8(self, model, data, out):
        self.qtool("ptq", model, "--data", data, "-o", self.path(out), "--blame-samples", "0", "--quiet")
        return os.path.join(self.path(out), "model.int8.pt")

    def test_computes_what_the_traced_network_does_under_the_same_names(self):
        for name in networks.ALL:
            if name in NOT_EXPORTED:
                continue
            with self.subTest(name):
                program, _, reference, data = self.prepare(name)
                model = self.save(program)
                self.assertIsNone(self.sqnr_db(model, reference, data))
                if name not in OTHER_SITES:
                    self.assertEqual(self.sites(model, data), self.sites(reference, data))

    def test_decomposed_forms_compute_the_same(self):
        for name in ("mobile", "encoder", "two_outputs"):
            program, _, reference, data = self.prepare(name)
            for form in ("functional", "core"):
                with self.subTest(name, form=form):
                    model = self.save(FORMS[form](program))
                    sqnr = self.sqnr_db(model, reference, data)
                    self.assertTrue(sqnr is None or sqnr > LEAST_SQNR_DB, sqnr)
                    self.assertIn("last:weight" if name == "encoder" else networks.ALL[name][2][0] + ":weight",
                                  self.sites(model, data))

    def test_a_dropout_that_was_decomposed_leaves_nothing(self):
        program, _, reference, data = self.prepare("mobile")
        model = self.save(program.run_decompositions({}))
        self.assertEqual(self.sites(model, data), self.sites(reference, data))

    def test_int8_files_answer_as_those_of_the_traced_network(self):
        for name in ("residual", "two_inputs"):
            with self.subTest(name):
                program, inputs, reference, data = self.prepare(name)
                files = [self.int8(self.save(program), data, name + ".pt2"), self.int8(reference, data, name + ".pt")]
                for exported, traced in zip(*client.run(files, inputs)):
                    self.assertTrue(torch.equal(exported, traced))

    def test_inputs_go_by_their_names(self):
        model, (image, table) = client.make("two_inputs")
        client.save(model, [image, table], "trace", self.path("reference.pt"))
        path = self.save(client.export(model, [image, table]))
        numpy.savez(self.path("x.npz"), table=table.numpy(), image=image.numpy())
        self.assertIsNone(self.sqnr_db(path, self.path("reference.pt"), "npz:" + self.path("x.npz")))

    def test_outputs_of_a_dict_and_tied_weights(self):
        x = torch.randn(8, 4)
        for kind in (TwoByName, Tied):
            model = kind().eval()
            torch.jit.script(model).save(self.path("reference.pt"))
            for form, change in FORMS.items():
                with self.subTest(kind.__name__, form=form):
                    path = self.save(change(client.export(model, [x])))
                    self.assertIsNone(self.sqnr_db(path, self.path("reference.pt"), VECTORS))
            answer = torch.jit.load(self.int8(path, VECTORS, kind.__name__))(x)
            if kind is TwoByName:
                self.assertEqual(sorted(answer), ["hidden", "kind"])

    def test_a_program_that_writes_a_buffer_is_refused_by_its_name(self):
        program = client.export(Counting().eval(), [torch.randn(8, 4)])
        for form, change in FORMS.items():
            with self.subTest(form):
                done = self.qtool("inspect", self.save(change(program)), code=2)
                self.assertIn("the buffer seen", done.stderr)

    def test_a_program_in_training_mode_is_taken_out_of_it(self):
        model, x = Dropping().train(), torch.randn(8, 4)
        path = self.save(client.export(model, [x]))
        torch.jit.script(model.eval()).save(self.path("reference.pt"))
        done = self.qtool("eval", path, "--data", VECTORS, "--against", self.path("reference.pt"), "--json")
        self.assertIn("training mode", done.stderr)
        self.assertIsNone(json.loads(done.stdout)["agreement"]["sqnr_db"])


if __name__ == "__main__":
    unittest.main()
