"""ONNX files that qtool writes, in the runtimes that they are for, and against what TensorRT fuses."""
import os
import re
import unittest

import numpy as np
import torch

import client
import networks
import onnx_files

if not onnx_files.missing:
    import onnx

TARGETS = ("onnxruntime", "openvino", "tensorrt")
# None of these networks is trained, and noise is what they are worst at.
LEAST_SQNR_DB = 15
# A mean of a few values often lies in the middle between two steps, and falls to either side; their few channels carry
# that on to the output, which is up to three steps off then.
MEANS_OF_FEW = {"waves", "dense"}
# Its conv1d, grouped and dilated, has another result in OpenVINO 2026.4 than in ONNX Runtime, which is right.
NOT_IN_OPENVINO = {"waves"}
WRITTEN = ("residual", "mobile", "unet", "dense", "shuffled", "perceptron", "waves", "transformer", "two_inputs",
           "two_outputs")


class Graph:
    """An ONNX graph by its edges."""

    def __init__(self, path):
        self.model = onnx.load(path)
        self.nodes = list(self.model.graph.node)
        self.producer = {output: node for node in self.nodes for output in node.output}
        self.values = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in self.model.graph.initializer}

    def of(self, *kinds):
        return [node for node in self.nodes if node.op_type in kinds]

    def is_dequantized(self, name):
        """Through what only moves values."""
        node = self.producer.get(name)
        while node is not None and node.op_type in ("Identity", "Flatten", "Reshape", "Transpose", "MaxPool"):
            node = self.producer.get(node.input[0])
        return node is not None and node.op_type == "DequantizeLinear"

    def scales(self):
        """By site, of all that is quantized."""
        found = {}
        for node in self.of("DequantizeLinear"):
            if self.values.get(node.input[0], np.zeros(0, np.int8)).dtype != np.int32:
                found[node.input[1].rsplit("/", 1)[0]] = self.values[node.input[1]].tobytes()
        return found

    def output_step(self, name):
        """Of the grid that an output lies on; 0 where it is float."""
        node = self.producer[name]
        while node.op_type in ("Identity", "Flatten", "Reshape", "Transpose"):
            node = self.producer[node.input[0]]
        return float(self.values[node.input[1]].max()) if node.op_type == "DequantizeLinear" else 0.0


class OfQtool(onnx_files.InFolder):
    """What `--target` writes, for several networks."""

    def quantize(self, name, targets=TARGETS, *words):
        """The folder with the files, the inputs, and what the simulation answers."""
        network, inputs = client.make(name)
        client.save(network, inputs, "script", self.path("model.pt"))
        client.save_inputs(inputs, self.path("x.npz"))
        out = self.path("_".join(("out", *targets, *words)))
        self.done("ptq", self.path("model.pt"), "--data", "npz:" + self.path("x.npz"), "--target", ",".join(targets),
                  "--blame-samples", "0", "-o", out, "--quiet", *words)
        (simulated,) = client.run([os.path.join(out, "model.fakequant.pt")], inputs)
        with torch.no_grad():
            expected = network(*inputs)
        return out, inputs, simulated, list(expected) if isinstance(expected, tuple) else [expected]

    def file(self, out, target):
        return os.path.join(out, f"model.{target}.onnx")

    def check_file(self, path, batch):
        """By ONNX's own checker; and any number of samples goes through."""
        onnx.checker.check_model(path, full_check=True)
        inferred = onnx.shape_inference.infer_shapes(onnx.load(path), strict_mode=True, data_prop=True)
        for value in (*inferred.graph.input, *inferred.graph.output):
            sizes = value.type.tensor_type.shape.dim
            self.assertTrue(sizes and sizes[0].dim_param, f"{value.name} has no free batch")
            self.assertTrue(all(size.dim_value > 0 or size.dim_param == "sequence" for size in sizes[1:]), value.name)
        self.assertGreaterEqual(next(i.version for i in inferred.opset_import if i.domain == ""), 21)
        self.assertGreater(batch, 1)

    def check_outputs(self, name, path, answers, simulated):
        """One step of the output's grid at most; where it is float, as close as float is."""
        graph = Graph(path)
        for i, (info, answer, expected) in enumerate(zip(graph.model.graph.output, answers, simulated)):
            expected = expected.numpy()
            self.assertEqual(answer.shape, expected.shape)
            difference = np.abs(answer - expected)
            step = graph.output_step(info.name)
            bound = 1.01 * step if step else 0.02 * float(np.abs(expected).max())
            message = f"{name}, output {i} ({info.name}), step {step}"
            bound *= 3 if name in MEANS_OF_FEW else 1
            self.assertLessEqual(float(difference.max()), bound, message)
            if expected.ndim == 2:  # same top-1, where no other class is within two steps
                best = np.sort(expected, 1)
                sure = best[:, -1] - best[:, -2] > 2 * bound
                np.testing.assert_array_equal(answer.argmax(1)[sure], expected.argmax(1)[sure])

    def test_weights_of_four_bits_take_four_and_compute_the_same(self):
        kinds = {}
        for bits in (4, 5):
            out, inputs, simulated, _ = self.quantize("residual", TARGETS, "--weight-bits", str(bits))
            for target in TARGETS:
                path = self.file(out, target)
                self.check_file(path, client.SAMPLES)
                answers = onnx_files.run_onnxruntime(path, [x.numpy() for x in inputs])
                self.check_outputs("residual", path, answers, simulated)
                kinds[bits, target] = {tensor.data_type for tensor in onnx.load(path).graph.initializer}
        for (bits, target), found in kinds.items():
            self.assertEqual(onnx.TensorProto.INT4 in found, bits == 4 and target != "tensorrt", (bits, target))

    def test_runtimes_compute_what_the_simulation_says(self):
        beyond = networks.NOT_FOR_OLDER_LIBTORCH if client.has_older_libtorch() else ()
        for name in (name for name in WRITTEN if name not in beyond):
            with self.subTest(name=name):
                out, inputs, simulated, expected = self.quantize(name)
                self.assertGreater(client.sqnr_db(expected, simulated), LEAST_SQNR_DB)
                arrays = [x.numpy() for x in inputs]
                for target in TARGETS:
                    with self.subTest(target=target):
                        path = self.file(out, target)
                        self.check_file(path, len(arrays[0]))
                        # ONNX Runtime's optimisations want a zero point where TensorRT's int8 has its type alone.
                        as_written = target == "tensorrt"
                        answers = onnx_files.run_onnxruntime(path, arrays, as_written)
                        self.check_outputs(name, path, answers, simulated)
                        one = onnx_files.run_onnxruntime(path, [x[:1] for x in arrays], as_written)
                        self.check_outputs(name, path, one, [y[:1] for y in simulated])
                        if (target == "openvino" and name not in NOT_IN_OPENVINO
                                and not onnx_files.openvino_missing()):
                            self.check_outputs(name, path, onnx_files.run_openvino(path, arrays), simulated)

    def test_the_float_model_is_written_too(self):
        network, inputs = client.make("residual")
        client.save(network, inputs, "script", self.path("model.pt"))
        client.save_inputs(inputs, self.path("x.npz"))
        self.done("ptq", self.path("model.pt"), "--data", "npz:" + self.path("x.npz"), "--target", "onnxruntime",
                  "--float-onnx", "--blame-samples", "0", "-o", self.path("out"), "--quiet")
        path = os.path.join(self.path("out"), "model.float.onnx")
        self.check_file(path, len(inputs[0]))
        (answer,) = onnx_files.run_onnxruntime(path, [x.numpy() for x in inputs])
        with torch.no_grad():
            np.testing.assert_allclose(answer, network(*inputs).numpy(), rtol=1e-3, atol=1e-4)

    def test_all_files_have_the_same_scales(self):
        out, *_ = self.quantize("residual")
        scales = [Graph(self.file(out, target)).scales() for target in TARGETS]
        self.assertIn("stem.0:weight", scales[0])
        for others in scales[1:]:
            for site in scales[0].keys() & others.keys():
                self.assertEqual(scales[0][site], others[site], site)
            self.assertGreater(len(scales[0].keys() & others.keys()), 5)

    def test_weights_are_int8_by_channel(self):
        for target in TARGETS:
            out, *_ = self.quantize("residual", [target])
            graph = Graph(self.file(out, target))
            for node in graph.of("Conv"):
                weight = graph.producer[node.input[1]]
                self.assertEqual(weight.op_type, "DequantizeLinear", node.name)
                self.assertEqual(graph.values[weight.input[0]].dtype, np.int8)
                self.assertEqual(graph.values[weight.input[1]].shape, (graph.values[weight.input[0]].shape[0],))

    def test_scales_of_whole_tensors_are_scalars(self):
        """Of one dimension they would be by channel, to who reads the standard."""
        out, *_ = self.quantize("residual", ["onnxruntime"])
        graph = Graph(self.file(out, "onnxruntime"))
        for node in graph.of("QuantizeLinear"):
            self.assertEqual([graph.values[name].shape for name in node.input[1:]], [()] * 2, node.name)

    def test_tensorrt_gets_what_it_fuses(self):
        for name in ("residual", "mobile"):
            out, *_ = self.quantize(name, ["tensorrt"])
            graph = Graph(self.file(out, "tensorrt"))
            for node in graph.of("QuantizeLinear", "DequantizeLinear"):
                self.assertGreater(len(node.input), 2, f"{node.name} has no zero point, so it is uint8")
                zero_point = graph.values[node.input[2]]
                self.assertEqual(zero_point.dtype, np.int8, node.name)
                self.assertFalse(zero_point.any(), node.name)
            for node in graph.of("Conv", "Gemm"):
                self.assertTrue(graph.is_dequantized(node.input[0]), node.name)
                self.assertTrue(graph.is_dequantized(node.input[1]), node.name)
                if len(node.input) > 2:
                    self.assertIn(node.input[2], graph.values, f"the bias of {node.name} must be float")
                    self.assertEqual(graph.values[node.input[2]].dtype, np.float32)
            joins = [node for node in graph.of("Add") if not set(node.input) & set(graph.values)]
            if name == "residual":
                self.assertTrue(joins)
            for node in joins:
                for given in node.input:
                    self.assertTrue(graph.is_dequantized(given), f"{given} of the residual add {node.name}")

    @unittest.skipIf(onnx_files.openvino_missing(), "no OpenVINO")
    def test_openvino_alone_has_sums_done_by_layers(self):
        for name in ("residual", "mobile", "dense"):
            with self.subTest(name=name):
                out, inputs, simulated, _ = self.quantize(name, ["openvino"])
                path = self.file(out, "openvino")
                self.check_outputs(name, path, onnx_files.run_openvino(path, [x.numpy() for x in inputs]), simulated)
                graph = Graph(path)
                sums = [node for node in graph.of("Add")
                        if any(graph.producer[given].op_type == "Conv" for given in node.input
                               if given in graph.producer)]
                self.assertEqual(bool(sums), name == "residual")

    def test_sites_are_the_names_in_the_file(self):
        out, *_ = self.quantize("residual", ["onnxruntime"])
        names = {output for node in Graph(self.file(out, "onnxruntime")).nodes for output in node.output}
        sites = {row["site"] for row in client.report(out)["layers"]
                 if re.search(r":(weight|output|input)$", row["site"])}
        self.assertTrue(sites)
        self.assertTrue({site for site in sites if site.endswith(":weight")} <= names, sites - names)


if __name__ == "__main__":
    unittest.main()
