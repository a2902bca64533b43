"""ONNX files that Python makes, and the clients of ONNX files; `missing` says which of their packages is not there."""
import numpy as np

import client

try:
    import onnx
    import onnxruntime
    missing = ""
except ImportError as error:
    missing = str(error)


def openvino_missing():
    """Why Python cannot run OpenVINO; "" where it can."""
    try:
        import openvino  # noqa: F401
        return ""
    except ImportError as error:
        return str(error)


def two_heads(path, weights=np.random.default_rng(0)):
    """A convolution of any number of images: the means of its channels go out as classes, and all of it flattened."""
    w = weights.standard_normal((4, 3, 3, 3)).astype(np.float32)
    b = weights.standard_normal(4).astype(np.float32)
    node, value = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    floats = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [node("Conv", ["image", "w", "b"], ["c"]), node("Relu", ["c"], ["r"]),
         node("GlobalAveragePool", ["r"], ["mean"]), node("Flatten", ["mean"], ["classes"]),
         node("Flatten", ["r"], ["flat"])], "two_heads",
        [value("image", floats, ["batch", 3, 8, 8])],
        [value("classes", floats, ["batch", 4]), value("flat", floats, ["batch", 144])],
        [onnx.numpy_helper.from_array(w, "w"), onnx.numpy_helper.from_array(b, "b")])
    model = onnx.helper.make_model(graph, producer_name="tests", ir_version=10,
                                   opset_imports=[onnx.helper.make_opsetid("", 21)])
    model.metadata_props.add(key="note", value="made by hand")
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def run_onnxruntime(path, inputs, as_written=False):
    """Its outputs in ONNX Runtime; `as_written`: node by node, without its optimisations."""
    options = onnxruntime.SessionOptions()
    if as_written:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    return session.run(None, dict(zip(names, inputs)))


def run_openvino(path, inputs):
    import openvino
    core = openvino.Core()
    model = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32",
                                                              "INFERENCE_NUM_THREADS": 1})
    results = model(list(inputs))
    return [results[output] for output in model.outputs]


class InFolder(client.InFolder):
    def setUp(self):
        if missing:
            self.skipTest(missing)
        super().setUp()

    def done(self, *arguments):
        done = client.qtool(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout
