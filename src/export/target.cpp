#include "export/target.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "export/onednn/onednn_limits.h"
#include "export/onednn/onednn_ops.h"
#include "export/onnx/objections.h"
#include "export/onnx/write_model.h"
#include "export/onnx/write_onnx.h"
#include "export/program_lengths.h"
#include "export/pt2/pt2_file.h"
#include "export/torchscript/quantized_ops.h"
#include "graph/belongings.h"
#include "graph/read/read_model.h"
#include "run/openvino_runtime.h"
#include "run/torchscript_runtime.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

void save_as_client_sees_it(Model made, const Belongings& belongings, const std::string& path) {
  carry_over(belongings.original, made);
  if (!belongings.manifest.empty()) {
    auto files = made.notes().extra_files;
    files[kManifestFile] = belongings.manifest;
    made.set_extra_files(files);
  }
  made.save(path);
}

void check_precisions(const Target& target, const QuantPlan& plan) {
  const auto& can = target.precisions;
  for (const auto& op : plan.operators) {
    if (std::find(can.begin(), can.end(), op.precision) != can.end()) continue;
    std::vector<std::string> names;
    for (const auto precision : can) names.push_back(to_string(precision));
    throw Error(ErrorKind::kUnquantizable, {.what = "the target " + std::string(target.name) +
                                                    " cannot run an operator as it is planned",
                                            .where = op.name,
                                            .got = to_string(op.precision) + " " + op.kind,
                                            .expected = "one of " + join(names),
                                            .fix = "leave the operator in float, or choose another target"});
  }
}

void write_quantized_ops(const Solution& solution, const Belongings& belongings, const std::string& path) {
  check_precisions(libtorch_target(), solution.plan);
  save_as_client_sees_it(lower_to_quantized_ops(solution), belongings, path);
}

Model lower_without_shapes(const Solution& solution, const std::vector<at::Tensor>&) {
  return lower_to_quantized_ops(solution);
}

Model lower_to_simulation(const Solution& solution, const std::vector<at::Tensor>&) {
  return simulate(solution);
}

void write_simulation(const Solution& solution, const Belongings& belongings, const std::string& path) {
  check_precisions(simulation_target(), solution.plan);
  save_as_client_sees_it(simulate(solution), belongings, path);
}

void write_onednn_ops(const Solution& solution, const Belongings& belongings, const std::string& path) {
  check_precisions(onednn_target(), solution.plan);
  save_as_client_sees_it(lower_to_onednn(solution, belongings.example), belongings, path);
}

/// It needs no engine.
Backend limits_of_onednn(Engine) { return onednn_backend(); }

std::unique_ptr<RuntimeModel> open_in_libtorch(const std::string& path) {
  return torchscript_runtime(read_model(path));
}

std::string openvino_missing() {
  const auto why = why_no_openvino();
  return why.empty() ? "" : "there is no OpenVINO: " + why;
}

/// The lengths that an ONNX file leaves open, if it can.
std::vector<onnx::FreeLength> free_lengths(const Belongings& belongings) {
  const auto& program = belongings.original.notes().program;
  return program ? program_lengths(program->json) : onnx::sequence_lengths(belongings.example);
}

template <const onnx::GridStyle& style>
void write_onnx(const Solution& solution, const Belongings& belongings, const std::string& path) {
  const onnx::Grids grids(solution.plan, solution.qparams, style);
  auto model = onnx::convert(solution.model, belongings.example, &grids, free_lengths(belongings));
  if (!belongings.manifest.empty()) model.metadata[kManifestKey] = belongings.manifest;
  onnx::write_model(model, path);
}

constexpr onnx::GridStyle kOnnxruntimeStyle = {.int32_bias = true, .after_moves = true, .int4_weights = true};
constexpr onnx::GridStyle kOpenvinoStyle = {.int4_weights = true};
constexpr onnx::GridStyle kTensorrtStyle = {.signed_activations = true};

/// ONNX Runtime multiplies with the instructions that LibTorch's x86 engine has.
Backend limits_of_onnxruntime(Engine) {
  return {.name = "ONNX Runtime",
          .activation_bits = backend_of(Engine::kX86).activation_bits,
          .integer_biases = true,
          .int8_tables = true,
          .weight_groups = true};
}

/// Operators that oneDNN does behind a layer, as OpenVINO's plugin for CPUs attaches them.
bool openvino_fuses(const std::string& layer, const OperatorView& next) {
  if (layer.starts_with("aten::conv_transpose")) return false;
  return next.kind == "aten::add" || next.kind == "aten::hardswish" || next.kind == "aten::silu" ||
         next.kind == "aten::gelu";
}

/// A batch norm behind a cat, as in DenseNet: in float it is done with the relu and the rounding behind it in one go,
/// and the cat's operands need no grid in common.
std::string better_in_float_for_openvino(const OperatorView& op) {
  const auto* row = find_operator(op.kind);
  return row && row->operator_class == OperatorClass::kNorm ? "OpenVINO has no int8 kernel of it" : "";
}

Backend limits_of_openvino(Engine) {
  return {.name = "OpenVINO",
          .float_outputs = true,
          .int8_tables = true,
          .weight_groups = true,
          .fuses = openvino_fuses,
          .better_in_float = better_in_float_for_openvino};
}

Backend limits_of_tensorrt(Engine) {
  return {.name = "TensorRT",
          .symmetric_activations = true,
          .objection = [](const OperatorView& op) -> std::string {
            const auto* row = find_operator(op.kind);
            const bool is_lopsided =
                row && row->operator_class == OperatorClass::kFixed && row->fixed.zero_point == 0;
            return is_lopsided ? "its int8 result would have a zero point" : "";
          }};
}

/// Fusions of torch/_inductor/fx_passes/quantization.py.
bool inductor_fuses(const std::string& layer, const OperatorView& next) {
  if (layer == "aten::conv2d")
    return next.kind == "aten::add" || next.kind == "aten::hardswish" || next.kind == "aten::silu";
  return layer == "aten::linear" && next.kind == "aten::gelu";
}

/// oneDNN's kernels, which it calls, saturate where LibTorch's do.
Backend limits_of_inductor(Engine) {
  return {.name = "TorchInductor",
          .activation_bits = backend_of(Engine::kOnednn).activation_bits,
          .float_outputs = true,
          .fuses = inductor_fuses};
}

Backend limits_of_executorch(Engine) { return {.name = "ExecuTorch"}; }

template <const Pt2Dialect& dialect>
void write_program(const Solution& solution, const Belongings& belongings, const std::string& path) {
  write_pt2(solution,
            {.origin = belongings.original.notes().program,
             .example = belongings.example,
             .manifest = belongings.manifest},
            dialect, path);
}

constexpr Precision kAll[] = {Precision::kFloat, Precision::kWeightOnly, Precision::kDynamic,
                              Precision::kStatic};
constexpr Precision kKnownGrids[] = {Precision::kFloat, Precision::kWeightOnly, Precision::kStatic};

constexpr Target kTargets[] = {{.name = "libtorch",
                                .file = "model.int8.pt",
                                .about = "int8 by LibTorch's quantized:: operators",
                                .limits = backend_of,
                                .precisions = kAll,
                                .write = write_quantized_ops,
                                .lower = lower_without_shapes,
                                .open = open_in_libtorch},
                               {.name = "libtorch-onednn",
                                .file = "model.int8.onednn.pt",
                                .about = "int8 by LibTorch's onednn:: operators, on plain tensors",
                                .limits = limits_of_onednn,
                                .precisions = kKnownGrids,
                                .write = write_onednn_ops,
                                .lower = lower_to_onednn,
                                .open = open_in_libtorch},
                               {.name = "onnxruntime",
                                .file = "model.onnxruntime.onnx",
                                .about = "ONNX with QDQ as ONNX Runtime fuses it",
                                .limits = limits_of_onnxruntime,
                                .precisions = kKnownGrids,
                                .objections = onnx::objections,
                                .write = write_onnx<kOnnxruntimeStyle>,
                                .open = openvino_runtime,
                                .missing = openvino_missing},
                               {.name = "openvino",
                                .file = "model.openvino.onnx",
                                .about = "ONNX with QDQ as OpenVINO fuses it",
                                .limits = limits_of_openvino,
                                .precisions = kKnownGrids,
                                .objections = onnx::objections,
                                .write = write_onnx<kOpenvinoStyle>,
                                .open = openvino_runtime,
                                .missing = openvino_missing},
                               {.name = "tensorrt",
                                .file = "model.tensorrt.onnx",
                                .about = "ONNX with QDQ as TensorRT fuses it",
                                .limits = limits_of_tensorrt,
                                .precisions = kKnownGrids,
                                .objections = onnx::objections,
                                .write = write_onnx<kTensorrtStyle>,
                                .open = openvino_runtime,
                                .missing = openvino_missing},
                               {.name = "inductor",
                                .file = "model.inductor.pt2",
                                .about = "torch.export with steps that TorchInductor fuses on x86",
                                .limits = limits_of_inductor,
                                .precisions = kKnownGrids,
                                .objections = objections_to_pt2,
                                .write = write_program<kInductorDialect>},
                               {.name = "executorch",
                                .file = "model.executorch.pt2",
                                .about = "torch.export with steps that ExecuTorch's XNNPACK takes",
                                .limits = limits_of_executorch,
                                .precisions = kKnownGrids,
                                .objections = objections_to_pt2,
                                .write = write_program<kExecutorchDialect>},
                               {.name = "simulation",
                                .file = "model.fakequant.pt",
                                .about = "float32 that computes what int8 does",
                                .precisions = kAll,
                                .write = write_simulation,
                                .lower = lower_to_simulation,
                                .open = open_in_libtorch}};

}  // namespace

std::string why_not_run_here(const Target& target) {
  if (!target.open) return "qtool has no runtime of " + std::string(target.name);
  return target.missing ? target.missing() : "";
}

void write_float_onnx(const Model& canonical, const Belongings& belongings, const std::string& path) {
  onnx::write_model(onnx::convert(canonical, belongings.example, nullptr, free_lengths(belongings)), path);
}

std::span<const Target> targets() { return kTargets; }

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const auto& target : targets().first(targets().size() - 1)) names.emplace_back(target.name);
  return names;
}

std::vector<const Target*> targets_named(const std::vector<std::string>& names) {
  const auto known = target_names();
  const auto refuse = [&](const std::string& what, const std::string& got) {
    throw Error(ErrorKind::kUsage, {.what = what,
                                    .where = "--target",
                                    .got = got,
                                    .expected = "names of " + join(known) + ", each once",
                                    .fix = "e.g. --target " + known[0]});
  };
  if (names.empty()) refuse("no target to write a file for", "nothing");
  std::vector<const Target*> rows;
  for (const auto& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) refuse("there is no such target", name + did_you_mean(name, known));
    const auto* row = &targets()[size_t(found - known.begin())];
    if (std::find(rows.begin(), rows.end(), row) != rows.end()) refuse("a target stands there twice", name);
    rows.push_back(row);
  }
  return rows;
}

const Target& libtorch_target() { return kTargets[0]; }

const Target& onednn_target() { return kTargets[1]; }

const Target& simulation_target() { return kTargets[std::size(kTargets) - 1]; }

}  // namespace qtool
