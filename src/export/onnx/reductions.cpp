#include <algorithm>
#include <limits>
#include <numeric>

#include "export/onnx/operators.h"

namespace qtool::onnx {
namespace {

/// Over which dimensions; all of them where none is named.
std::string reduced_axes(const Emitter& e, const char* name = "dim") {
  const auto rank = e.rank("self");
  auto axes = e.has(name) ? e.axes(name, rank) : std::vector<int64_t>{};
  if (axes.empty()) {
    axes.resize(size_t(rank));
    std::iota(axes.begin(), axes.end(), 0);
  }
  return e.builder().constant(axes);
}

bool keeps_dimensions(const Emitter& e) { return e.has("keepdim") && e.flag("keepdim"); }

/// In the type that is asked for, where there is one.
std::string reduced_input(const Emitter& e) {
  auto x = e.tensor("self");
  if (e.has("dtype")) return e.cast(x, e.type("self"), static_cast<at::ScalarType>(e.integer("dtype")));
  return x;
}

template <const char* const& type>
void reduce(Emitter& e) {
  e.out(e.add(type, {reduced_input(e), reduced_axes(e)}, {{"keepdims", int64_t(keeps_dimensions(e))}}));
}

constexpr const char* kMean = "ReduceMean";
constexpr const char* kGreatest = "ReduceMax";
constexpr const char* kLeast = "ReduceMin";

/// Whole numbers and truth values are added up as whole numbers.
void sum(Emitter& e) {
  const auto type = e.type("self");
  const auto wanted = e.has("dtype")             ? static_cast<at::ScalarType>(e.integer("dtype"))
                      : at::isFloatingType(type) ? type
                                                 : at::kLong;
  const auto x = e.cast(e.tensor("self"), type, wanted);
  e.out(e.add("ReduceSum", {x, reduced_axes(e)}, {{"keepdims", int64_t(keeps_dimensions(e))}}));
}

/// max(x, dim): values and their places.
template <const char* const& values, const char* const& places>
void extreme(Emitter& e) {
  if (!e.has("dim"))
    return e.out(e.add(values, {e.tensor("self"), reduced_axes(e)}, {{"keepdims", int64_t(0)}}));
  const int64_t keeps = keeps_dimensions(e);
  const auto axis = e.axis("dim", e.rank("self"));
  const auto x = e.tensor("self");
  e.out(e.add(values, {x, e.builder().constant({axis})}, {{"keepdims", keeps}}), 0);
  if (e.node()->outputs().size() > 1) e.out(e.add(places, {x}, {{"axis", axis}, {"keepdims", keeps}}), 1);
}

constexpr const char* kArgMax = "ArgMax";
constexpr const char* kArgMin = "ArgMin";

template <const char* const& type>
void place(Emitter& e) {
  if (!e.has("dim")) e.refuse("it has no dim");
  e.out(e.add(type, {e.tensor("self")},
              {{"axis", e.axis("dim", e.rank("self"))}, {"keepdims", int64_t(keeps_dimensions(e))}}));
}

template <const char* const& type>
void softmax(Emitter& e) {
  e.out(e.add(type, {reduced_input(e)}, {{"axis", e.axis("dim", e.rank("self"))}}));
}

constexpr const char* kSoftmax = "Softmax";
constexpr const char* kLogSoftmax = "LogSoftmax";

void vector_norm(Emitter& e) {
  const auto order = e.has("p") ? e.number("p") : e.has("ord") ? e.number("ord") : 2;
  if (order != 1 && order != 2) e.refuse("its order is neither 1 nor 2");
  e.out(e.add(order == 2 ? "ReduceL2" : "ReduceL1", {e.tensor("self"), reduced_axes(e)},
              {{"keepdims", int64_t(keeps_dimensions(e))}}));
}

void cumsum(Emitter& e) {
  const auto x = e.cast(e.tensor("self"), e.type("self"), e.result().type);
  e.out(e.add("CumSum", {x, e.builder().scalar(e.axis("dim", e.rank("self")))}));
}

/// Mean of the squared distance from the mean; with Bessel's correction by default.
void variance_of(Emitter& e, bool is_root) {
  const auto sizes = e.seen("self").sizes;
  const auto axes_tensor = reduced_axes(e);
  const auto x = e.tensor("self");
  const auto distance = e.add("Sub", {x, e.add("ReduceMean", {x, axes_tensor}, {{"keepdims", int64_t(1)}})});
  auto variance = e.add("ReduceMean", {e.add("Mul", {distance, distance}), axes_tensor},
                        {{"keepdims", int64_t(keeps_dimensions(e))}});
  const double correction = e.has("correction") ? e.number("correction")
                            : e.has("unbiased") ? e.flag("unbiased")
                                                : 1;
  if (correction != 0) {
    double count = 1;
    const auto axes = e.has("dim") ? e.axes("dim", int64_t(sizes.size())) : std::vector<int64_t>{};
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
      const bool reduced = axes.empty() || std::count(axes.begin(), axes.end(), int64_t(axis)) > 0;
      if (reduced && axis == 0) e.refuse("it corrects for the number of samples in a batch");
      if (reduced) count *= double(sizes[axis]);
    }
    variance = e.add("Mul", {variance, e.builder().scalar(count / (count - correction), e.type("self"))});
  }
  e.out(is_root ? e.add("Sqrt", {variance}) : variance);
}

void variance(Emitter& e) { variance_of(e, false); }
void deviation(Emitter& e) { variance_of(e, true); }

void topk(Emitter& e) {
  if (!e.flag("largest")) e.refuse("it looks for the least");
  const auto both = e.builder().add_many("TopK", {e.tensor("self"), e.shape("k")}, e.hint(), 2,
                                         {{"axis", e.axis("dim", e.rank("self"))}});
  e.out(both[0], 0);
  e.out(both[1], 1);
}

constexpr OperatorRow kReductionRows[] = {
    {"aten::mean", reduce<kMean>},
    {"aten::sum", sum},
    {"aten::amax", reduce<kGreatest>},
    {"aten::amin", reduce<kLeast>},
    {"aten::max", extreme<kGreatest, kArgMax>},
    {"aten::min", extreme<kLeast, kArgMin>},
    {"aten::argmax", place<kArgMax>},
    {"aten::argmin", place<kArgMin>},
    {"aten::softmax", softmax<kSoftmax>},
    {"aten::_softmax", softmax<kSoftmax>},
    {"aten::log_softmax", softmax<kLogSoftmax>},
    {"aten::norm", vector_norm},
    {"aten::linalg_vector_norm", vector_norm},
    {"aten::cumsum", cumsum},
    {"aten::var", variance},
    {"aten::std", deviation},
    {"aten::topk", topk},
};

}  // namespace

std::span<const OperatorRow> reductions() { return kReductionRows; }

}  // namespace qtool::onnx
