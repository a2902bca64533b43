#include "export/lowering/float_weight.h"

#include <ATen/TensorOperators.h>

#include <vector>

#include "export/lowering/packed_bits.h"
#include "grid/affine.h"
#include "grid/along_axis.h"

namespace qtool {

namespace jit = torch::jit;

namespace {

/// The scales, so that they can be multiplied with a weight of so many axes.
at::Tensor scales_beside(const at::Tensor& weight, const QParams& qparams) {
  const auto scales = qparams.scales().to(at::kFloat);
  const bool has_axis = qparams.scheme().granularity() == Granularity::kPerChannel;
  return along_axis(scales, has_axis ? qparams.scheme().axis() : 0, weight);
}

/// Scales of groups, a row for each of so many channels.
at::Tensor scales_of_groups(const QParams& qparams, int64_t channels) {
  return in_fewest_bytes(qparams.scales().to(at::kFloat).view({channels, -1}));
}

StoredState stored_in_groups(const std::string& path, const at::Tensor& weight, const QParams& qparams) {
  const auto integers = quantize(weight.detach(), qparams);
  const std::vector<int64_t> rows = {qparams.scales().numel(), qparams.scheme().group()};
  const auto make = [scheme = qparams.scheme(), sizes = weight.sizes().vec(), rows](
                        jit::Graph& graph, const std::vector<jit::Value*>& parts) {
    auto* unpacked = graph.insert(c10::aten::to, {emit_unpacking(graph, parts[0], scheme, rows), at::kFloat});
    auto* scales = graph.insert(c10::aten::to, {parts[1], at::kFloat});
    auto* column = graph.insert(c10::aten::reshape, {scales, std::vector<int64_t>{-1, 1}});
    return graph.insert(c10::aten::reshape, {graph.insert(c10::aten::mul, {unpacked, column}), sizes});
  };
  return {path,
          {{"weight", pack_bits(integers.reshape(rows), qparams.scheme())},
           {"weight_scale", scales_of_groups(qparams, weight.size(0))}},
          "float_weight",
          dequantize(integers, qparams),
          make};
}

}  // namespace

StoredState stored_weight(const std::string& path, const at::Tensor& weight, const QParams& qparams) {
  if (qparams.scheme().group() > 0) return stored_in_groups(path, weight, qparams);
  const auto integers = quantize(weight.detach(), qparams);
  const auto make = [scheme = qparams.scheme(), sizes = weight.sizes().vec()](
                        jit::Graph& graph, const std::vector<jit::Value*>& parts) {
    auto* unpacked = emit_unpacking(graph, parts[0], scheme, sizes);
    return graph.insert(c10::aten::mul, {graph.insert(c10::aten::to, {unpacked, at::kFloat}), parts[1]});
  };
  const auto scales = scales_beside(weight, qparams);
  return {path,
          {{"weight", pack_bits(integers, qparams.scheme())}, {"weight_scale", scales}},
          "float_weight",
          integers.to(at::kFloat) * scales,
          make};
}

StoredState stored_table(const std::string& path, const at::Tensor& weight, const QParams& qparams) {
  const auto integers = quantize(weight.detach(), qparams);
  const auto make = [scheme = qparams.scheme(), sizes = weight.sizes().vec()](
                        jit::Graph& graph, const std::vector<jit::Value*>& parts) {
    return emit_unpacking(graph, parts[0], scheme, sizes);
  };
  const bool has_scales = qparams.scheme().granularity() == Granularity::kPerChannel;
  const auto scales = qparams.scheme().group() > 0 ? scales_of_groups(qparams, weight.size(0))
                                                   : scales_beside(weight, qparams);
  return {
      path,
      {{"weight", pack_bits(integers, qparams.scheme())}, {"weight_scale", scales, /*is_read=*/has_scales}},
      "rows",
      integers.to(at::kChar),
      make};
}

}  // namespace qtool
