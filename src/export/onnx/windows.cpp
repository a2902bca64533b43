#include <ATen/ops/tensor.h>

#include <algorithm>

#include "export/onnx/operators.h"
#include "graph/ir/nodes.h"

namespace qtool::onnx {
namespace {

/// `max_pool2d` has two.
size_t dimensions_of(const Emitter& e) {
  const auto kind = e.kind();
  const auto at = kind.find_last_of("0123456789");
  return size_t(kind.at(at) - '0');
}

Attributes pool_attributes(const Emitter& e) {
  const auto dimensions = dimensions_of(e);
  e.needs_batch("self", dimensions);
  const auto kernel = e.integers("kernel_size", dimensions);
  const auto given = e.integers("stride", dimensions);
  return {{"kernel_shape", kernel},
          {"strides", given.empty() ? kernel : given},
          {"pads", e.pads("padding", dimensions)},
          {"ceil_mode", int64_t(e.flag("ceil_mode"))}};
}

void max_pool(Emitter& e) {
  auto attributes = pool_attributes(e);
  attributes["dilations"] = e.integers("dilation", dimensions_of(e));
  e.out(e.add("MaxPool", {e.tensor("self")}, attributes));
}

void avg_pool(Emitter& e) {
  if (e.has("divisor_override")) {
    const auto kernel = e.integers("kernel_size", dimensions_of(e));
    int64_t count = 1;
    for (const auto length : kernel) count *= length;
    if (e.integer("divisor_override") != count)
      e.refuse("its divisor_override is not the number of values in its window");
  }
  auto attributes = pool_attributes(e);
  attributes["count_include_pad"] = int64_t(e.flag("count_include_pad"));
  e.out(e.add("AveragePool", {e.tensor("self")}, attributes));
}

/// To one value it is a global pool; to more, windows of one size, where the lengths allow that.
void adaptive_pool(Emitter& e, const char* global, const char* local) {
  const auto dimensions = dimensions_of(e);
  e.needs_batch("self", dimensions);
  const auto wanted = e.integers("output_size", dimensions);
  if (std::all_of(wanted.begin(), wanted.end(), [](int64_t length) { return length == 1; }))
    return e.out(e.add(global, {e.tensor("self")}));
  const auto sizes = e.seen("self").sizes;
  std::vector<int64_t> kernel;
  for (size_t i = 0; i < dimensions; ++i) {
    const auto length = sizes.at(sizes.size() - dimensions + i);
    if (wanted[i] < 1 || length % wanted[i] != 0)
      e.refuse("it makes " + std::to_string(wanted[i]) + " values of " + std::to_string(length) +
               ", in windows of different sizes");
    kernel.push_back(length / wanted[i]);
  }
  e.out(e.add(local, {e.tensor("self")}, {{"kernel_shape", kernel}, {"strides", kernel}}));
}

void adaptive_avg_pool(Emitter& e) { adaptive_pool(e, "GlobalAveragePool", "AveragePool"); }
void adaptive_max_pool(Emitter& e) { adaptive_pool(e, "GlobalMaxPool", "MaxPool"); }

/// By the size that comes out; where that is not given, by factors.
void resize(Emitter& e, const Attributes& attributes) {
  const char* input = qtool::argument(e.node(), "self") ? "self" : "input";
  const auto x = e.tensor(input);
  const auto dimensions = int64_t(dimensions_of(e));
  const auto rank = e.rank(input);
  if (e.has("output_size")) {
    const auto kept = e.add("Shape", {x}, {{"start", int64_t(0)}, {"end", rank - dimensions}});
    const auto sizes = e.add("Concat", {kept, e.shape("output_size")}, {{"axis", int64_t(0)}});
    return e.out(e.add("Resize", {x, "", "", sizes}, attributes));
  }
  std::vector<float> factors(size_t(rank), 1.F);
  const auto given = e.constant("scale_factors");
  for (int64_t i = 0; i < dimensions; ++i)
    factors.at(size_t(rank - dimensions + i)) = float(given.toDoubleList().get(size_t(i)));
  const auto scales = e.builder().constant(at::tensor(at::ArrayRef<float>(factors)), e.hint() + ".scales");
  e.out(e.add("Resize", {x, "", scales}, attributes));
}

void upsample_nearest(Emitter& e) {
  resize(e, {{"mode", std::string("nearest")},
             {"coordinate_transformation_mode", std::string("asymmetric")},
             {"nearest_mode", std::string("floor")}});
}

/// pytorch_half_pixel, of an early PyTorch, differs where one value comes out.
Attributes smooth(const Emitter& e, const std::string& mode) {
  return {{"mode", mode},
          {"coordinate_transformation_mode",
           std::string(e.flag("align_corners") ? "align_corners" : "half_pixel")}};
}

void upsample_linear(Emitter& e) { resize(e, smooth(e, "linear")); }

void upsample_cubic(Emitter& e) {
  auto attributes = smooth(e, "cubic");
  attributes["cubic_coeff_a"] = -0.75F;
  resize(e, attributes);
}

constexpr OperatorRow kWindowRows[] = {
    {"aten::max_pool1d", max_pool},
    {"aten::max_pool2d", max_pool},
    {"aten::max_pool3d", max_pool},
    {"aten::avg_pool1d", avg_pool},
    {"aten::avg_pool2d", avg_pool},
    {"aten::avg_pool3d", avg_pool},
    {"aten::adaptive_avg_pool1d", adaptive_avg_pool},
    {"aten::adaptive_avg_pool2d", adaptive_avg_pool},
    {"aten::adaptive_avg_pool3d", adaptive_avg_pool},
    {"aten::adaptive_max_pool1d", adaptive_max_pool},
    {"aten::adaptive_max_pool2d", adaptive_max_pool},
    {"aten::adaptive_max_pool3d", adaptive_max_pool},
    {"aten::upsample_nearest1d", upsample_nearest},
    {"aten::upsample_nearest2d", upsample_nearest},
    {"aten::upsample_nearest3d", upsample_nearest},
    {"aten::upsample_linear1d", upsample_linear},
    {"aten::upsample_bilinear2d", upsample_linear},
    {"aten::upsample_trilinear3d", upsample_linear},
    {"aten::upsample_bicubic2d", upsample_cubic},
};

}  // namespace

std::span<const OperatorRow> windows() { return kWindowRows; }

}  // namespace qtool::onnx
