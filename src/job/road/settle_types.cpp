#include "job/road/settle_types.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/names.h"
#include "graph/input_types.h"
#include "graph/passes/canonicalise.h"
#include "graph/tensor_inputs.h"

namespace qtool {
namespace {

constexpr int64_t kSamples = 2;  // more than one, so that no batch is squeezed

std::string text_of(const std::vector<at::ScalarType>& types) {
  std::vector<std::string> names;
  for (const auto type : types) names.emplace_back(c10::toString(type));
  return join(names);
}

[[noreturn]] void ask_for_data(const Model& model) {
  throw Error(ErrorKind::kUsage, {.what = "which types the model takes and gives is not known",
                                  .got = "a model of " + text_of(model.float_types()) + ", and no data",
                                  .expected = "data to run it on, or a .pt2 model, which says them",
                                  .fix = "give --data"});
}

/// `own` for all that is floating-point.
BorderTypes assumed_types(Model& in_float32, at::ScalarType own, const std::vector<at::Tensor>& inputs) {
  auto types = in_float32.border_types(inputs);
  for (auto* side : {&types.inputs, &types.outputs})
    for (auto& type : *side)
      if (at::isFloatingType(type)) type = own;
  return types;
}

/// `types`: nothing where they are not known.
std::string remark_of(const std::vector<at::ScalarType>& own, const std::optional<BorderTypes>& types) {
  const auto border =
      types ? "take " + text_of(types->inputs) + " and give " + text_of(types->outputs) + ", as this one does"
            : "take and give the types that this one does";
  const bool has_double =
      types && std::find(types->inputs.begin(), types->inputs.end(), at::kDouble) != types->inputs.end();
  return "the file " + (are_float32(own) ? "casts to half or bfloat16" : "computes in " + text_of(own)) +
         "; qtool makes int8 of the same network in float32, and the files that it writes " + border +
         (has_double ? " (ONNX files take float32 in the place of Double)" : "") +
         ". Sizes and times are compared with the file as it is";
}

/// For a model that LibTorch does not run as it is, as `refusal` says. Throws what forward() throws where its types are
/// not at fault.
void begin_with_float32(Model& model, const std::vector<at::Tensor>& inputs, const Error& refusal) {
  auto same = in_float32(model);
  const auto own = model.float_types();
  auto types = assumed_types(same, own.empty() ? at::kFloat : own[0], inputs);
  if (const auto& said = model.notes().types) types = *said;
  model = std::move(same);
  model.set_types(types);
  model.add_remark(remark_of(own, types));
  model.add_remark(
      "results and times are compared with the network in float32, not with the file in its own type, which "
      "this LibTorch does not run: " +
      refusal.complaint().what);
}

}  // namespace

void settle_types(Model& model, JobData& data) {
  if (!computes_in_other_floats(model)) return;
  if (!model.notes().types && !data.is_given()) ask_for_data(model);
  if (data.is_given()) {
    const auto inputs = data.first_samples(model, kSamples);
    try {
      model.set_types(model.border_types(inputs));
    } catch (const Error& refusal) {
      if (refusal.kind() != ErrorKind::kUsage) throw;
      return begin_with_float32(model, inputs, refusal);
    }
  }
  model.add_remark(remark_of(model.float_types(), model.notes().types));
}

void look_at_types(Model& model, JobData& data) {
  if (data.is_given() || model.notes().types) return settle_types(model, data);
  if (computes_in_other_floats(model)) model.add_remark(remark_of(model.float_types(), {}));
}

}  // namespace qtool
