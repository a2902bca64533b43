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
  const bool has_axis = qparams.scheme().granularity() == Granularity::kPerChannel;
  return along_axis(qparams.scales().to(at::kFloat), has_axis ? qparams.scheme().axis() : 0, weight);
}

}  // namespace

StoredState stored_weight(const std::string& path, const at::Tensor& weight, const QParams& qparams) {
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
  return {path,
          {{"weight", pack_bits(integers, qparams.scheme())},
           {"weight_scale", scales_beside(weight, qparams), /*is_read=*/has_scales}},
          "rows",
          integers.to(at::kChar),
          make};
}

}  // namespace qtool
