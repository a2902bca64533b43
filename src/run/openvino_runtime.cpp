#include "run/openvino_runtime.h"

#include <ATen/Parallel.h>
#include <ATen/core/TensorBody.h>
#include <ATen/ops/from_blob.h>

#include <array>
#include <cctype>

#include "base/machine_failure.h"
#include "base/names.h"
#include "base/safe_text.h"
#include "data/stack_samples.h"
#include "graph/read/onnx_file.h"
#include "run/openvino_library.h"

namespace qtool {
namespace {

/// A newer one may mean something else by the operators that OpenVINO 2026.4 knows, and OpenVINO does not look.
constexpr int64_t kNewestOpset = 28;

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

struct TypePair {
  ov_element_type_e theirs;
  at::ScalarType ours;
};
constexpr TypePair kTypes[] = {
    {BOOLEAN, at::kBool}, {BF16, at::kBFloat16}, {F16, at::kHalf}, {F32, at::kFloat}, {F64, at::kDouble},
    {I8, at::kChar},      {I16, at::kShort},     {I32, at::kInt},  {I64, at::kLong},  {U8, at::kByte}};

at::ScalarType our_type(ov_element_type_e theirs, const std::string& path, const std::string& what) {
  for (const auto& pair : kTypes)
    if (pair.theirs == theirs) return pair.ours;
  throw Error(ErrorKind::kUsage, {.what = what + " of a type that LibTorch does not have",
                                  .where = path,
                                  .got = "number " + std::to_string(theirs) + " of OpenVINO's types",
                                  .expected = "floats, integers of up to 64 bits, or bool",
                                  .fix = "export the model with inputs and outputs of such a type"});
}

ov_element_type_e their_type(at::ScalarType ours) {
  for (const auto& pair : kTypes)
    if (pair.ours == ours) return pair.theirs;
  QTOOL_ASSERT(!"inputs have types of the table");
  return DYNAMIC;
}

/// What OpenVINO's message says to a user: without places in its source and the titles of its sections.
std::string words_of(const std::string& message) {
  constexpr const char* kNoise[] = {"Exception from ",    "Check '",  "FrontEnd API failed",
                                    "Model wasn't fully", "Summary:", "Loading input model",
                                    "While validating"};
  std::vector<std::string> kept;
  size_t length = 0;
  for (size_t begin = 0; begin < message.size() && length < 300;) {
    const size_t end = std::min(message.find('\n', begin), message.size());
    const std::string line = message.substr(begin, end - begin);
    begin = end + 1;
    const bool is_noise = std::any_of(std::begin(kNoise), std::end(kNoise),
                                      [&](const char* noise) { return line.rfind(noise, 0) == 0; });
    if (line.empty() || is_noise) continue;
    const std::string part = line.rfind("-- ", 0) == 0 ? line.substr(3) : line;
    if (!kept.empty() && kept.back().ends_with(':'))
      kept.back() += " " + part;
    else
      kept.push_back(part);
    length += line.size();
  }
  const std::string words = kept.empty() ? message : join(kept, "; ");
  return safe_line(words.size() > 400 ? words.substr(0, 400) + "..." : words);
}

std::string last_message() {
  const auto& openvino = openvino_library();
  const char* text = openvino.get_last_err_msg();
  if (text == nullptr) return "no message";
  std::string message = text;
  openvino.free(text);
  return message;
}

/// Throws on what a call has answered; `complaint` with OpenVINO's words as what was got.
void check(ov_status_e status, Complaint complaint) {
  if (status == OK) return;
  const auto message = last_message();
  if (says_machine_failed(message)) throw Error(ErrorKind::kMachine, out_of_memory());
  complaint.got = words_of(message);
  throw Error(ErrorKind::kUsage, complaint);
}

Complaint refused_file(const std::string& path) {
  return {.what = "OpenVINO does not take this ONNX file",
          .where = path,
          .expected = "operators that OpenVINO has, on shapes that fit",
          .fix = "export the model with an opset from 13 to 21 and operators of ONNX's own"};
}

/// What the file asks of an input.
struct Port {
  std::string name = {};
  at::ScalarType type = at::kFloat;
  std::vector<ov_dimension_t> shape = {};
  bool has_rank = false;

  [[nodiscard]] bool takes(at::IntArrayRef sizes) const {
    if (!has_rank) return true;
    if (sizes.size() != shape.size()) return false;
    for (size_t i = 0; i < shape.size(); ++i)
      if (sizes[i] < shape[i].min || (shape[i].max >= 0 && sizes[i] > shape[i].max)) return false;
    return true;
  }
  /// Whether it takes one number of samples alone, and not that of these.
  [[nodiscard]] bool has_other_batch(at::IntArrayRef sizes) const {
    return has_rank && !shape.empty() && sizes.size() == shape.size() && shape[0].min == shape[0].max &&
           shape[0].min != sizes[0];
  }
  [[nodiscard]] std::string shape_text() const {
    if (!has_rank) return "any shape";
    std::vector<std::string> sizes;
    for (const auto& size : shape)
      sizes.push_back(size.min == size.max ? std::to_string(size.min)
                      : size.max < 0       ? "any"
                                           : std::to_string(size.min) + " to " + std::to_string(size.max));
    return "[" + join(sizes) + "]";
  }
};

/// The tensor as the type that an input has, where no value changes by that.
at::Tensor converted(const at::Tensor& tensor, const Port& port) {
  if (tensor.scalar_type() == port.type) return tensor.contiguous();
  const bool both_float = tensor.is_floating_point() && at::isFloatingType(port.type);
  const bool both_whole = at::isIntegralType(tensor.scalar_type(), /*includeBool=*/true) &&
                          at::isIntegralType(port.type, /*includeBool=*/true);
  if (both_float || both_whole) {
    auto result = tensor.to(port.type).contiguous();
    if (both_float || result.to(tensor.scalar_type()).equal(tensor)) return result;
  }
  throw Error(ErrorKind::kUsage,
              {.what = "the data does not have the type that the model's input has",
               .where = "input " + safe_line(port.name),
               .got = std::string(c10::toString(tensor.scalar_type())) +
                      (both_whole ? " with values that the other type has not" : ""),
               .expected = c10::toString(port.type),
               .fix = "give data of that type, or export the model for the type of the data"});
}

class OpenvinoRuntime final : public RuntimeModel {
 public:
  explicit OpenvinoRuntime(const std::string& path)
      : path_(path),
        core_(nullptr, openvino_.core_free),
        compiled_(nullptr, openvino_.compiled_model_free),
        request_(nullptr, openvino_.infer_request_free) {
    const auto file = read_onnx(path);
    check_opset(file);
    core_ = make(openvino_.core_create, openvino_.core_free);
    const auto model = read();
    read_ports(*model, file);
    compile(*model);
  }

  std::string runtime() const override { return "OpenVINO " + version(); }

  std::vector<std::string> input_names() const override {
    std::vector<std::string> names;
    for (const auto& port : inputs_) names.push_back(port.name);
    return names;
  }

  std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) override {
    check_inputs(inputs);
    std::vector<at::Tensor> held;  // OpenVINO reads them where they are
    for (size_t i = 0; i < inputs.size(); ++i) {
      held.push_back(converted(inputs[i], inputs_[i]));
      set_input(i, held.back());
    }
    check(openvino_.infer_request_infer(request_.get()),
          {.what = "the model does not run on this data",
           .where = path_,
           .expected = "inputs for which its operators are defined",
           .fix = "compare the shape of the data with what qtool inspect says of the model's inputs"});
    std::vector<at::Tensor> outputs;
    for (size_t i = 0; i < output_count_; ++i) outputs.push_back(output(i));
    return outputs;
  }

 private:
  /// What a function of the library makes.
  template <class T>
  Owned<T> make(ov_status_e (*function)(T**), void (*release)(T*)) const {
    T* made = nullptr;
    check(function(&made), {.what = "OpenVINO does not start", .fix = "see whether Python's openvino does"});
    return {made, release};
  }

  void check_opset(const OnnxFile& file) const {
    const auto opset = file.opsets.find("");
    if (opset == file.opsets.end() || opset->second <= kNewestOpset) return;
    throw Error(ErrorKind::kUsage, {.what = "this ONNX file is of a newer opset than this qtool knows",
                                    .where = path_,
                                    .got = "opset " + std::to_string(opset->second),
                                    .expected = "an opset up to " + std::to_string(kNewestOpset),
                                    .fix = "export the model with such an opset, or take a newer qtool"});
  }

  std::string version() const {
    ov_version_t version{};
    if (openvino_.get_openvino_version(&version) != OK) return "of an unknown version";
    const std::string build = version.buildNumber;  // 2026.4.1-22982-e213a147257-releases/2026/4
    openvino_.version_free(&version);
    return build.substr(0, build.find('-'));
  }

  Owned<ov_model_t> read() const {
    ov_model_t* model = nullptr;
    check(openvino_.core_read_model(core_.get(), path_.c_str(), nullptr, &model), refused_file(path_));
    return {model, openvino_.model_free};
  }

  void read_ports(const ov_model_t& model, const OnnxFile& file) {
    size_t count = 0;
    check(openvino_.model_inputs_size(&model, &count), refused_file(path_));
    check(openvino_.model_outputs_size(&model, &output_count_), refused_file(path_));
    for (size_t i = 0; i < count; ++i) inputs_.push_back(read_port(model, i));
    // Where a tensor has several names, OpenVINO tells any of them.
    if (file.inputs.size() == count)
      for (size_t i = 0; i < count; ++i) inputs_[i].name = file.inputs[i].name;
  }

  Port read_port(const ov_model_t& model, size_t index) const {
    ov_output_const_port_t* found = nullptr;
    check(openvino_.model_const_input_by_index(&model, index, &found), refused_file(path_));
    const Owned<ov_output_const_port_t> port(found, openvino_.output_const_port_free);
    Port result;
    char* name = nullptr;
    if (openvino_.port_get_any_name(port.get(), &name) == OK) {
      result.name = name;
      openvino_.free(name);
    }
    ov_element_type_e type{};
    check(openvino_.port_get_element_type(port.get(), &type), refused_file(path_));
    result.type = our_type(type, path_, "the model has an input");
    ov_partial_shape_t shape{};
    check(openvino_.port_get_partial_shape(port.get(), &shape), refused_file(path_));
    result.has_rank = shape.rank.min == shape.rank.max;
    if (result.has_rank) result.shape.assign(shape.dims, shape.dims + shape.rank.max);
    openvino_.partial_shape_free(&shape);
    return result;
  }

  void compile(const ov_model_t& model) {
    const std::string threads = std::to_string(at::get_num_threads());
    ov_compiled_model_t* compiled = nullptr;
    // Pinned threads would leave LibTorch's own the rest of the processor.
    const std::array<const char*, 8> properties = {
        "INFERENCE_PRECISION_HINT", "f32", "INFERENCE_NUM_THREADS", threads.c_str(),
        "ENABLE_CPU_PINNING",       "NO",  "PERFORMANCE_HINT",      "LATENCY"};
    const auto& p = properties;
    check(openvino_.core_compile_model(core_.get(), &model, "CPU", p.size(), &compiled, p[0], p[1], p[2],
                                       p[3], p[4], p[5], p[6], p[7]),
          refused_file(path_));
    compiled_.reset(compiled);
    ov_infer_request_t* request = nullptr;
    check(openvino_.compiled_model_create_infer_request(compiled_.get(), &request), refused_file(path_));
    request_.reset(request);
  }

  void check_inputs(const std::vector<at::Tensor>& inputs) const {
    if (inputs.size() != inputs_.size())
      throw Error(ErrorKind::kUsage,
                  {.what = "the model and the data differ in the number of inputs",
                   .where = path_,
                   .got = std::to_string(inputs.size()) + " from the data",
                   .expected = std::to_string(inputs_.size()) + " by the model",
                   .fix = "give data with one tensor for each input, e.g. npz:FILE with one array each"});
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs_[i].takes(inputs[i].sizes())) continue;
      const auto batch = inputs_[i].has_other_batch(inputs[i].sizes()) ? inputs_[i].shape[0].min : -1;
      throw Error(ErrorKind::kUsage,
                  {.what = "the model does not take data of this shape",
                   .where = path_ + ", input " + safe_line(inputs_[i].name),
                   .got = shape_text(inputs[i].sizes()),
                   .expected = inputs_[i].shape_text(),
                   .fix = batch < 0 ? "give data of that shape, e.g. with resize= or crop= in --data"
                                    : "add batch=" + std::to_string(batch) +
                                          " to --data, or export the model with a dynamic batch"});
    }
  }

  void set_input(size_t index, const at::Tensor& tensor) const {
    const auto sizes = tensor.sizes().vec();
    const ov_shape_t shape{static_cast<int64_t>(sizes.size()), const_cast<int64_t*>(sizes.data())};
    ov_tensor_t* made = nullptr;
    const Complaint complaint{.what = "OpenVINO does not take an input",
                              .where = path_ + ", input " + safe_line(inputs_[index].name),
                              .expected = inputs_[index].shape_text(),
                              .fix = "give data of that shape"};
    check(openvino_.tensor_create_from_host_ptr(their_type(tensor.scalar_type()), shape, tensor.data_ptr(),
                                                &made),
          complaint);
    const Owned<ov_tensor_t> owned(made, openvino_.tensor_free);
    check(openvino_.infer_request_set_input_tensor_by_index(request_.get(), index, made), complaint);
  }

  at::Tensor output(size_t index) const {
    const Complaint complaint{
        .what = "OpenVINO does not give an output", .where = path_, .fix = "report this"};
    ov_tensor_t* found = nullptr;
    check(openvino_.infer_request_get_output_tensor_by_index(request_.get(), index, &found), complaint);
    const Owned<ov_tensor_t> tensor(found, openvino_.tensor_free);
    ov_element_type_e type{};
    check(openvino_.tensor_get_element_type(found, &type), complaint);
    ov_shape_t shape{};
    check(openvino_.tensor_get_shape(found, &shape), complaint);
    const std::vector<int64_t> sizes(shape.dims, shape.dims + shape.rank);
    (void)openvino_.shape_free(&shape);
    void* data = nullptr;
    check(openvino_.tensor_data(found, &data), complaint);
    return at::from_blob(data, sizes, at::TensorOptions(our_type(type, path_, "the model has an output")))
        .clone();
  }

  const OpenvinoLibrary& openvino_ = openvino_library();
  std::string path_;
  Owned<ov_core_t> core_;
  Owned<ov_compiled_model_t> compiled_;
  Owned<ov_infer_request_t> request_;
  std::vector<Port> inputs_;
  size_t output_count_ = 0;
};

}  // namespace

std::unique_ptr<RuntimeModel> openvino_runtime(const std::string& path) {
  if (!why_no_openvino().empty()) throw Error(ErrorKind::kMachine, no_openvino(path));
  return std::make_unique<OpenvinoRuntime>(path);
}

std::string why_no_openvino() {
  try {
    (void)openvino_library();
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace qtool
