"""peer.py TOOL FOLDER SAMPLES OUT: one peer's whole int8 job as a user's script would run it.

TOOL is fx (PyTorch FX graph mode, x86 engine), ort (ONNX Runtime, min-max), ort-entropy or nncf (OpenVINO); FOLDER is
what prepare.py wrote. Each tool imports only what it needs, because imports are part of what its user waits for.
"""
import logging
import sys
import warnings

import fashion_mnist

warnings.filterwarnings("ignore")


def fx(folder, batches, out):
    import torch
    from torch.ao.quantization import get_default_qconfig_mapping
    from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

    import resnet8
    batches = [torch.from_numpy(batch) for batch in batches]
    prepared = prepare_fx(resnet8.load(f"{folder}/float.state_dict.pt"), get_default_qconfig_mapping("x86"),
                          (batches[0][:1],))
    with torch.no_grad():
        for batch in batches:
            prepared(batch)
    torch.jit.script(convert_fx(prepared)).save(out)


def onnxruntime(folder, batches, out, method="MinMax"):
    from onnxruntime.quantization import (CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType,
                                          quantize_static)

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.batches = iter(batches)

        def get_next(self):
            batch = next(self.batches, None)
            return None if batch is None else {"x": batch}

    quantize_static(f"{folder}/float.onnx", out, Reader(), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
                    calibrate_method=CalibrationMethod[method])


def nncf(folder, batches, out):
    logging.disable(logging.CRITICAL)
    import nncf as tool
    import openvino
    model = openvino.Core().read_model(f"{folder}/float.onnx")
    openvino.save_model(tool.quantize(model, tool.Dataset(batches), subset_size=len(batches)), out)


TOOLS = {"fx": fx, "ort": onnxruntime, "ort-entropy": lambda *job: onnxruntime(*job, method="Entropy"), "nncf": nncf}

if __name__ == "__main__":
    tool, folder, samples, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    data = fashion_mnist.images("train", samples)
    TOOLS[tool](folder, [data[i:i + 128] for i in range(0, samples, 128)], out)
