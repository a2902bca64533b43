#include "job/input/arrival.h"

#include <ATen/ops/aminmax.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "options/option_value.h"

namespace qtool {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// As Python spells it.
std::string dtype_text(at::ScalarType dtype) {
  switch (dtype) {
    case at::kByte:
      return "uint8";
    case at::kChar:
      return "int8";
    case at::kShort:
      return "int16";
    case at::kInt:
      return "int32";
    case at::kLong:
      return "int64";
    case at::kHalf:
      return "float16";
    case at::kFloat:
      return "float32";
    case at::kDouble:
      return "float64";
    case at::kBool:
      return "bool";
    default:
      return c10::toString(dtype);
  }
}

/// float32 holds what is at most 24 bits wide.
at::Tensor as_numbers(const at::Tensor& x) {
  const bool is_wide = x.scalar_type() == at::kLong || x.scalar_type() == at::kInt;
  return is_wide ? x.to(at::kDouble) : x.is_floating_point() ? x : x.to(at::kFloat);
}

/// What hands each value on, rescaled at most, so that its reader is the reader of what it got.
bool passes_on(const OperatorView& op) {
  static const std::set<std::string> kinds = {"aten::to",  "aten::contiguous", "aten::add",   "aten::sub",
                                              "aten::mul", "aten::div",        "aten::detach"};
  return op.inputs.size() == 1 && kinds.contains(op.kind);
}

/// Empty where the operator takes anything.
std::string demand_of(const OperatorView& op) {
  if (!op.weight.defined() || op.weight.dim() < 2) return "";
  const auto said = [&](const std::string& what) { return op.name + " takes " + what; };
  if (op.kind == "aten::linear") return said(std::to_string(op.weight.size(1)) + " features");
  if (op.kind == "aten::embedding")
    return said("whole numbers from 0 to " + std::to_string(op.weight.size(0) - 1));
  const auto groups = op.numbers.find("groups");
  if ((op.kind == "aten::conv1d" || op.kind == "aten::conv2d" || op.kind == "aten::conv3d") &&
      groups != op.numbers.end())
    return said(std::to_string(op.weight.size(1) * int64_t(groups->second)) + " channels");
  return "";
}

}  // namespace

ArrivalMeter::ArrivalMeter(const std::vector<std::string>& inputs, const std::vector<std::string>& reads)
    : inputs_(inputs.size()), sums_(inputs.size()) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs_[i].name = inputs[i];
    if (i < reads.size()) inputs_[i].first_reader = reads[i];
  }
}

void ArrivalMeter::add(const std::vector<at::Tensor>& inputs) {
  for (size_t i = 0; i < std::min(inputs.size(), inputs_.size()); ++i) {
    if (inputs[i].numel() == 0) continue;
    ReportInput& seen = inputs_[i];
    Sums& sums = sums_[i];
    const at::Tensor x = as_numbers(inputs[i]);
    const auto [low, high] = at::aminmax(x);
    const bool is_first = sums.count == 0;
    seen.low = is_first ? low.item<double>() : std::min(seen.low, low.item<double>());
    seen.high = is_first ? high.item<double>() : std::max(seen.high, high.item<double>());
    seen.dtype = dtype_text(inputs[i].scalar_type());
    seen.shape = inputs[i].sizes().slice(std::min<int64_t>(1, inputs[i].dim())).vec();
    sums.count += x.numel();
    sums.sum += x.sum(at::kDouble).item<double>();
    sums.squares += x.square().sum(at::kDouble).item<double>();
  }
}

std::vector<ReportInput> ArrivalMeter::inputs() const {
  std::vector<ReportInput> inputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Sums& sums = sums_[i];
    if (sums.count == 0) continue;
    ReportInput& input = inputs.emplace_back(inputs_[i]);
    input.mean = sums.sum / double(sums.count);
    const double variance = sums.squares / double(sums.count) - input.mean * input.mean;
    input.deviation = std::isnan(variance) ? kNothing : std::sqrt(std::max(0.0, variance));
  }
  return inputs;
}

Arrival ArrivalMeter::arrival(const Loader& loader) const {
  Arrival arrival{inputs(), loader.notes(), loader.warnings()};
  for (const auto& input : arrival.inputs)
    if (input.low == input.high)
      arrival.warnings.push_back("every number of the input '" + input.name + "' is " +
                                 print_value(input.low) + ": check the data");
  return arrival;
}

Arrival look_at_data(JobData& data, const std::vector<std::string>& inputs,
                     const std::vector<std::string>& reads,
                     const std::function<void(const std::vector<at::Tensor>&)>& run) {
  constexpr int64_t kSamples = 32;
  auto loader = data.loader(Split::kTrain, {inputs}, {.batch_size = 1, .count = kSamples});
  ArrivalMeter meter(inputs, reads);
  bool is_first = true;
  while (const auto batch = loader.next()) {
    meter.add(batch->inputs);
    if (std::exchange(is_first, false) && run) run(batch->inputs);
  }
  return meter.arrival(loader);
}

std::vector<std::string> first_readers(const GraphView& canonical) {
  std::vector<std::string> readers;
  for (const auto& input : canonical.inputs) {
    std::set<std::string> values = {input};
    std::string& reader = readers.emplace_back();
    for (const auto& op : canonical.operators) {
      if (op.inputs.empty() || !values.contains(op.inputs[0])) continue;
      if (passes_on(op)) values.insert(op.name);
      if (reader.empty()) reader = demand_of(op);
    }
  }
  return readers;
}

void add_new(std::vector<std::string>& texts, const std::vector<std::string>& more) {
  for (const auto& text : more)
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

}  // namespace qtool
