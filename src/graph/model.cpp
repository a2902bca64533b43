#include "graph/model.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/csrc/jit/serialization/export.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/machine_failure.h"
#include "graph/input_types.h"
#include "graph/ir/attributes.h"
#include "graph/ir/float_types.h"
#include "graph/ir/forks.h"
#include "graph/ir/in_place.h"
#include "graph/ir/place_constants.h"
#include "graph/ir/pool_constants.h"
#include "graph/ir/recurrent_on_gpu.h"
#include "graph/ir/run_failure.h"
#include "graph/run_state.h"
#include "graph/tensor_inputs.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

void append_tensors(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
  if (value.isTensor()) {
    tensors.push_back(value.toTensor());
  } else if (value.isTuple()) {
    for (const auto& element : value.toTuple()->elements()) append_tensors(element, tensors);
  } else if (value.isList()) {
    for (const c10::IValue& element : value.toList().vec()) append_tensors(element, tensors);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) append_tensors(entry.value(), tensors);
  }
}

at::Device device_of(const std::vector<at::Tensor>& inputs) {
  return inputs.empty() ? at::Device(at::kCPU) : inputs[0].device();
}

int64_t samples_of(const std::vector<at::Tensor>& inputs) {
  return inputs.empty() || inputs[0].dim() == 0 ? 0 : inputs[0].size(0);
}

/// What a number of forward() is: that of all samples.
c10::IValue number_of(const at::Tensor& samples, const c10::Argument& argument) {
  const auto values = samples.flatten();
  if (values.numel() == 0 || values.ne(values[0]).any().item<bool>())
    throw Error(ErrorKind::kUsage, {.what = "forward() takes one number, and samples of a batch differ in it",
                                    .where = argument.name(),
                                    .got = std::to_string(values.numel()) + " numbers",
                                    .expected = "the same number for each sample",
                                    .fix = "give the data set=" + argument.name() + ":NUMBER instead"});
  if (argument.type()->kind() == c10::TypeKind::FloatType) return values[0].item<double>();
  if (argument.type()->kind() == c10::TypeKind::BoolType) return values[0].item<bool>();
  return values[0].item<int64_t>();
}

std::string shapes_of(const std::vector<at::Tensor>& inputs) {
  std::ostringstream text;
  for (size_t i = 0; i < inputs.size(); ++i)
    text << (i ? ", " : "") << inputs[i].toString() << inputs[i].sizes();
  return text.str();
}

void require_tensors(const std::vector<at::Tensor>& outputs) {
  if (!outputs.empty()) return;
  throw Error(ErrorKind::kUsage, {.what = "the model returns no tensor",
                                  .where = "forward()",
                                  .got = "a result without a tensor in it",
                                  .expected = "a tensor, or a tuple, list or dict of tensors",
                                  .fix = "script or trace a module that returns its result as tensors"});
}

/// Types of the outputs for these inputs; nothing where they are refused.
std::optional<std::vector<at::ScalarType>> output_types(jit::Module& module,
                                                        const std::vector<at::Tensor>& inputs) {
  const at::NoGradGuard no_grad;
  std::vector<c10::IValue> own;
  for (const auto& input : inputs) own.emplace_back(input.clone());
  std::vector<at::Tensor> outputs;
  try {
    append_tensors(module.forward(own), outputs);
  } catch (const std::exception&) {
    return std::nullopt;  // that is the answer
  }
  return types_of(outputs);
}

bool runs(jit::Module& module, const std::vector<at::Tensor>& inputs, int64_t first, int64_t count) {
  std::vector<c10::IValue> part;
  for (const auto& input : inputs) part.emplace_back(input.narrow(0, first, count).clone());
  try {
    (void)module.forward(part);
    return true;
  } catch (const std::exception&) {
    return false;  // that is the answer
  }
}

/// How often each tensor was written to.
std::vector<uint32_t> versions_of(const std::vector<at::Tensor>& tensors) {
  std::vector<uint32_t> versions;
  for (const auto& tensor : tensors)
    versions.push_back(tensor.unsafeGetTensorImpl()->version_counter().current_version());
  return versions;
}

/// `before`: versions of the inputs. May only fail for an operator that writes, and whose schema does not say so.
void check_unchanged(const std::vector<at::Tensor>& inputs, const std::vector<uint32_t>& before) {
  if (versions_of(inputs) == before) return;
  throw Error(ErrorKind::kUnquantizable,
              {.what = "forward() changes its input, and its code does not show where",
               .where = "forward()",
               .expected = "a forward() that leaves its input as it is",
               .fix = "begin forward() with a copy: x = x.clone()"});
}

/// What was written for the CPU.
void fit_to_device(const std::shared_ptr<jit::Graph>& graph, at::Device device) {
  inline_forks(graph);  // what place_constants() sees is not the inside of a fork
  place_constants(*graph, device);
  make_recurrent_trainable_on_gpu(*graph);
}

}  // namespace

/// What the code of forward() tells of its runs.
struct CodeFacts {
  std::vector<at::ScalarType> float_types;  ///< that it reads
  std::vector<StateSlot> state;             ///< that it keeps
  bool may_write = false;                   ///< into its inputs
};

struct Model::Impl {
  jit::Module module;
  std::unique_ptr<jit::Code> code;  ///< of forward, inlined; made at the first run on `device`
  at::Device device = at::kCPU;
  std::optional<std::vector<at::ScalarType>> takes = {};  ///< types of the inputs; found out by a run
  std::optional<CodeFacts> facts;                         ///< of forward(); found out at the first run

  FileNotes notes;
  std::shared_ptr<Model> origin;  ///< that this was made of; null: what a user made

  Impl(jit::Module m, FileNotes n) : module(std::move(m)), notes(std::move(n)) {}

  [[nodiscard]] std::shared_ptr<jit::Graph> inlined_forward() const {
    auto graph = module.get_method("forward").graph()->copy();
    jit::Inline(*graph);
    return graph;
  }

  const CodeFacts& code_facts() {
    if (!facts) {
      const auto graph = inlined_forward();
      facts = CodeFacts{float_types_read(*graph, module), state_slots(module, *graph)};
      facts->may_write = may_write_into_inputs(graph);  // last: it changes the graph
    }
    return *facts;
  }

  /// In the types that a model takes which does not compute in float32 alone.
  [[nodiscard]] std::vector<at::Tensor> typed(const std::vector<at::Tensor>& inputs) {
    const auto& own_types = code_facts().float_types;
    if (are_float32(own_types)) return inputs;
    if (!takes && notes.types) takes = notes.types->inputs;
    if (!takes)
      takes =
          types_taken(inputs, own_types, [this](const auto& trial) { return output_types(module, trial); });
    return as_types(inputs, takes ? *takes : std::vector(inputs.size(), own_types[0]));
  }

  /// What forward() gets: copies where its code may change them. A run must not change what another run sees.
  [[nodiscard]] std::vector<at::Tensor> own(const std::vector<at::Tensor>& inputs) {
    auto taken = typed(inputs);
    if (!code_facts().may_write) return taken;
    std::vector<at::Tensor> copies;
    for (const auto& input : taken) copies.push_back(input.clone());
    return copies;
  }

  /// State is put back, or carried on (graph/carried_state.h).
  [[nodiscard]] RunState begin_run(const std::vector<at::Tensor>& inputs) {
    return {code_facts().state, samples_of(inputs)};
  }

  /// What forward() gets for these inputs: tensors, and the numbers that are the same in all samples.
  [[nodiscard]] std::vector<c10::IValue> own_arguments(const std::vector<at::Tensor>& inputs) {
    std::vector<c10::IValue> values;
    size_t place = 1;
    for (auto& input : own(inputs)) {
      while (arguments().at(place).default_value()) ++place;
      const auto& argument = arguments()[place++];
      values.push_back(is_number(*argument.type()) ? number_of(input, argument) : c10::IValue(input));
    }
    return values;
  }

  /// Of forward(), with self.
  [[nodiscard]] const std::vector<c10::Argument>& arguments() const {
    return module.get_method("forward").function().getSchema().arguments();
  }

  const jit::Code& forward_code(at::Device on) {
    if (!code || device != on) {
      auto graph = inlined_forward();
      if (!on.is_cpu()) fit_to_device(graph, on);
      pool_constants(*graph);
      jit::EliminateDeadCode(graph->block());
      code = std::make_unique<jit::Code>(graph, "forward");
      device = on;
    }
    return *code;
  }
};

Model::Model(const jit::Module& module, FileNotes notes)
    : impl_(std::make_unique<Impl>(module, std::move(notes))) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Model Model::made_of(const Model& origin) && {
  const auto& first = origin.impl_->origin;
  impl_->origin = first ? first : std::make_shared<Model>(origin.impl_->module);
  return std::move(*this);
}

const FileNotes& Model::notes() const { return impl_->notes; }

void Model::set_extra_files(const std::map<std::string, std::string>& files) {
  impl_->notes.extra_files = files;
}

void Model::add_remark(std::string remark) { impl_->notes.remarks.push_back(std::move(remark)); }

void Model::set_types(BorderTypes types) { impl_->notes.types = std::move(types); }

void Model::save(const std::string& path) const {
  // To memory first: the archive inside the file is named after the file, and a temporary name would leave
  // its mark.
  std::ostringstream bytes;
  const auto& files = impl_->notes.extra_files;
  jit::ExportModule(impl_->module, bytes, jit::ExtraFilesMap(files.begin(), files.end()));
  write_file(path, std::move(bytes).str());
}

Model Model::clone() const {
  Model copy(copy_of(impl_->module), impl_->notes);
  copy.impl_->origin = impl_->origin;
  return copy;
}

Model Model::shared() const {
  Model handle(impl_->module, impl_->notes);
  handle.impl_->origin = impl_->origin;
  return handle;
}

size_t Model::input_count() const { return input_names().size(); }

std::vector<std::string> Model::input_names() const {
  const auto graph = impl_->module.get_method("forward").graph();
  const auto& arguments = impl_->arguments();
  std::vector<std::string> names;
  for (size_t i = 1; i < arguments.size(); ++i)
    if (!arguments[i].default_value()) names.push_back(graph->inputs()[i]->debugNameBase());
  return names;
}

std::vector<at::Tensor> Model::forward(const std::vector<at::Tensor>& inputs) {
  check_input_count(tensor_inputs(*this).size(), inputs.size());
  const auto before = versions_of(inputs);
  jit::Stack stack{impl_->module._ivalue()};
  for (auto& argument : impl_->own_arguments(inputs)) stack.push_back(std::move(argument));
  for (size_t i = stack.size(); i < impl_->arguments().size(); ++i)
    stack.push_back(*impl_->arguments()[i].default_value());
  const RunState run = impl_->begin_run(inputs);
  try {
    jit::InterpreterState(impl_->forward_code(device_of(inputs))).run(stack);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    refuse_inputs(inputs, error.what());
  }
  check_unchanged(inputs, before);
  std::vector<at::Tensor> outputs;
  for (const auto& value : stack) append_tensors(value, outputs);
  require_tensors(outputs);
  return outputs;
}

std::vector<at::Tensor> Model::forward_as_client(const std::vector<at::Tensor>& inputs) {
  check_input_count(tensor_inputs(*this).size(), inputs.size());
  const auto before = versions_of(inputs);
  auto arguments = impl_->own_arguments(inputs);
  std::vector<at::Tensor> outputs;
  const RunState run = impl_->begin_run(inputs);
  try {
    append_tensors(impl_->module.forward(std::move(arguments)), outputs);
  } catch (const std::exception& error) {
    refuse_inputs(inputs, error.what());
  }
  check_unchanged(inputs, before);
  require_tensors(outputs);
  return outputs;
}

BorderTypes Model::border_types(const std::vector<at::Tensor>& inputs) {
  const at::NoGradGuard no_grad;
  const auto outputs = forward(inputs);
  return {types_of(impl_->typed(inputs)), types_of(outputs)};
}

std::vector<at::ScalarType> Model::float_types() const { return impl_->code_facts().float_types; }

void Model::check_input_count(size_t expected, size_t got) {
  if (expected == got) return;
  throw Error(ErrorKind::kUsage,
              {.what = "the model and the data differ in the number of inputs",
               .got = std::to_string(got) + " from the data",
               .expected = std::to_string(expected) + " by the model's forward()",
               .fix = "give data with one tensor for each input, e.g. npz:FILE with one array each"});
}

void Model::refuse_inputs(const std::vector<at::Tensor>& inputs, const std::string& message) {
  const auto device = device_of(inputs);
  const auto reason = essence(message);
  if (says_machine_failed(message)) {
    Complaint complaint = out_of_memory();
    complaint.where = device.str();
    if (!device.is_cpu()) complaint.got = reason;  // which says of which memory
    throw Error(ErrorKind::kMachine, complaint);
  }
  if (impl_->origin) {
    const at::NoGradGuard no_grad;
    (void)impl_->origin->forward(inputs);  // where the data is at fault, this says so
    throw Error(ErrorKind::kUnquantizable,
                {.what = "the float model runs on this data, but what qtool made of it does not: " + reason,
                 .where = blamed_line(message),
                 .got = "input " + shapes_of(inputs),
                 .expected = "a result, as the float model gives one",
                 .fix = "please report the model; until then, leave the operator in float with --skip, "
                        "see `qtool inspect MODEL` for its name"});
  }
  Complaint complaint{.what = "the model does not run on this data: " + reason,
                      .got = "input " + shapes_of(inputs),
                      .expected = "the shape and type that the model was made for",
                      .fix = "check --data: its kind, resize=, crop= and the number of channels"};
  if (std::any_of(inputs.begin(), inputs.end(), [](const auto& x) { return x.scalar_type() == at::kByte; }))
    complaint.fix =
        "where the model takes floats, add scale=255 to the data, which makes bytes to numbers from 0 to 1";
  if (const auto& types = impl_->code_facts().float_types; !are_float32(types)) {
    complaint.expected += ", and operators that LibTorch has for " + std::string(c10::toString(types[0]));
    complaint.fix += "; where it is right, save the model as float32: model.float()";
  }
  if (const auto batch = batch_that_runs(impl_->typed(inputs))) {
    complaint.what = "the model runs on " + std::to_string(*batch) + " samples at a time, not on " +
                     std::to_string(inputs[0].size(0)) + ": " + reason;
    complaint.expected = "a model for any number of samples; tracing turns sizes into constants";
    complaint.fix = "add batch=" + std::to_string(*batch) +
                    " to --data, or save the model with torch.jit.script, or with -1 for the batch in view() "
                    "and reshape()";
  }
  if (!device.is_cpu()) {
    complaint.what = "the model does not run on " + device.str() + ": " + reason;
    complaint.where = blamed_line(message);
    complaint.fix = "leave --device out; if it fails there, too, " + complaint.fix;
  }
  throw Error(ErrorKind::kUsage, complaint);
}

/// The smallest number of samples at a time on which forward() runs, with all samples of the inputs: it is not one of
/// these that it does not take.
std::optional<int64_t> Model::batch_that_runs(const std::vector<at::Tensor>& inputs) {
  const at::NoGradGuard no_grad;
  const auto samples = [](const at::Tensor& input) { return input.dim() > 0 ? input.size(0) : 0; };
  const int64_t all = inputs.empty() ? 0 : samples(inputs[0]), end = std::min<int64_t>(all, 65);
  if (std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) { return samples(input) != all; }))
    return std::nullopt;
  int64_t batch = 1;
  while (batch < end && !runs(impl_->module, inputs, 0, batch)) ++batch;
  if (batch >= end) return std::nullopt;
  for (int64_t first = batch; first + batch <= all; first += batch)
    if (!runs(impl_->module, inputs, first, batch)) return std::nullopt;
  return batch;
}

void Model::set_training(bool training) { impl_->module.train(training); }

std::vector<NamedTensor> Model::parameters() const {
  std::vector<NamedTensor> tensors;
  for (const auto& entry : impl_->module.named_parameters()) tensors.push_back({entry.name, entry.value});
  return tensors;
}

std::vector<NamedTensor> Model::buffers() const {
  std::vector<NamedTensor> tensors;
  for (const auto& entry : impl_->module.named_buffers()) tensors.push_back({entry.name, entry.value});
  return tensors;
}

jit::Module& Model::module() { return impl_->module; }
const jit::Module& Model::module() const { return impl_->module; }

}  // namespace qtool
