#include "export/torchscript/cell_params.h"

#include <ATen/ops/zeros.h>

#include <utility>
#include <vector>

#include "export/lowering/packed_bits.h"
#include "export/torchscript/qint8.h"
#include "grid/affine.h"

namespace qtool {

namespace jit = torch::jit;

namespace {

constexpr const char* kPrepack = "quantized::linear_prepack";
constexpr const char* kMakeCell = "quantized::make_quantized_cell_params_dynamic";

}  // namespace

StoredState stored_cell(const std::string& path, const Cell& cell, bool reduce_range,
                        const std::string& where) {
  const auto bias = [&](const at::Tensor& given) {
    return given.defined() ? given.detach() : at::zeros({cell.weight_ih.size(0)});
  };
  const auto bias_ih = bias(cell.bias_ih), bias_hh = bias(cell.bias_hh);
  const auto integers_ih = quantize(cell.weight_ih.detach(), cell.qparams_ih);
  const auto integers_hh = quantize(cell.weight_hh.detach(), cell.qparams_hh);
  const auto packed = [&](const at::Tensor& integers, const at::Tensor& with, const QParams& qparams) {
    return prepacked(kPrepack, {as_qint8(integers.to(at::kChar), qparams), with}, where);
  };
  auto made = prepacked(kMakeCell,
                        {packed(integers_ih, bias_ih, cell.qparams_ih),
                         packed(integers_hh, bias_hh, cell.qparams_hh), bias_ih, bias_hh, reduce_range},
                        where);
  const auto make = [reduce_range, sizes_ih = cell.weight_ih.sizes().vec(),
                     sizes_hh = cell.weight_hh.sizes().vec(), q_ih = cell.qparams_ih,
                     q_hh = cell.qparams_hh](jit::Graph& graph, const std::vector<jit::Value*>& parts) {
    const auto insert = [&](const char* kind, at::ArrayRef<jit::NamedValue> inputs) {
      return graph.insert(c10::Symbol::fromQualString(kind), inputs);
    };
    const auto pack = [&](size_t at, const std::vector<int64_t>& sizes, const QParams& qparams,
                          jit::Value* with) {
      auto* integers = emit_unpacking(graph, parts[at], qparams.scheme(), sizes);
      return insert(kPrepack, {emit_qint8(graph, integers, parts[at + 1], qparams), with});
    };
    auto* weight_ih = pack(0, sizes_ih, q_ih, parts[4]);
    auto* weight_hh = pack(2, sizes_hh, q_hh, parts[5]);
    return insert(kMakeCell, {weight_ih, weight_hh, parts[4], parts[5], reduce_range});
  };
  return {path,
          {{"weight_ih", pack_bits(integers_ih, cell.qparams_ih.scheme())},
           {"weight_ih_scale", cell.qparams_ih.scales().to(at::kFloat)},
           {"weight_hh", pack_bits(integers_hh, cell.qparams_hh.scheme())},
           {"weight_hh_scale", cell.qparams_hh.scales().to(at::kFloat)},
           {"bias_ih", bias_ih},
           {"bias_hh", bias_hh}},
          "cell_params",
          std::move(made),
          make};
}

}  // namespace qtool
