#include "improve/gptq.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cholesky_inverse.h>
#include <ATen/ops/im2col.h>
#include <ATen/ops/linalg_cholesky.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "calibrate/solve.h"
#include "graph/layer_tensors.h"
#include "graph/probe.h"
#include "graph/view.h"
#include "grid/affine.h"
#include "improve/block_walk.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

constexpr double kDampening = 0.01;  ///< of the mean of the moments' diagonal
constexpr int64_t kColumns = 128;    ///< whose errors are put on the rest at once
constexpr int64_t kMostInputs = 8192;

/// How a layer's outputs are products of its weight's rows with columns of its input.
struct Unfolding {
  int64_t groups = 1;
  std::vector<int64_t> kernel = {}, stride = {}, padding = {}, dilation = {};  ///< of convolutions, two each

  /// float32 [groups, n, all positions of all samples]
  [[nodiscard]] at::Tensor columns_of(const at::Tensor& input) const {
    if (kernel.empty()) return input.reshape({-1, input.size(-1)}).t().unsqueeze(0);
    const auto image = input.dim() == 3 ? input.unsqueeze(2) : input;           // conv1d
    const auto columns = at::im2col(image, kernel, dilation, padding, stride);  // [N, C * kernel, positions]
    const int64_t length = columns.size(1) / groups;
    return columns.reshape({columns.size(0), groups, length, -1})
        .permute({1, 2, 0, 3})
        .reshape({groups, length, -1});
  }
};

std::optional<std::vector<int64_t>> two_of(const OperatorView& op, const std::string& name,
                                           int64_t of_conv1d) {
  const auto found = op.lists.find(name);
  if (found == op.lists.end()) return std::nullopt;
  auto values = found->second;
  if (op.kind == "aten::conv1d") values.insert(values.begin(), of_conv1d);
  return values.size() == 2 ? std::optional(values) : std::nullopt;
}

std::optional<Unfolding> unfolding_of(const OperatorView& op) {
  if (op.kind == "aten::linear") return Unfolding{};
  if (op.kind != "aten::conv1d" && op.kind != "aten::conv2d") return std::nullopt;
  const auto stride = two_of(op, "stride", 1), padding = two_of(op, "padding", 0),
             dilation = two_of(op, "dilation", 1);
  const auto groups = op.numbers.find("groups");
  if (!stride || !padding || !dilation || groups == op.numbers.end()) return std::nullopt;
  const auto& weight = op.weight;
  return Unfolding{.groups = static_cast<int64_t>(groups->second),
                   .kernel = {weight.dim() == 4 ? weight.size(2) : 1, weight.size(weight.dim() - 1)},
                   .stride = *stride,
                   .padding = *padding,
                   .dilation = *dilation};
}

/// Where a layer's kernel gets its input from: the value, on the grid that it has.
class LayerInput {
 public:
  LayerInput(const Solution& block, const OperatorView& op) : name_(op.inputs.at(0)) {
    const auto grid = block.plan.grid_of.find(name_);
    const auto* planned = block.plan.find(op.name);
    if (planned->is_static() && grid != block.plan.grid_of.end() && block.qparams[grid->second].is_known())
      grid_ = block.qparams[grid->second];
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] at::Tensor rounded(const at::Tensor& value) const {
    return grid_ ? fake_quantize(value, *grid_) : value;
  }

 private:
  std::string name_;
  std::optional<QParams> grid_;
};

/// The sums of x x^T over all samples, float64 [groups, n, n].
at::Tensor moments_of(const Solution& block, const OperatorView& op, const Unfolding& unfolding,
                      const BlockSamples& samples) {
  const LayerInput input(block, op);
  Probe probe(simulate(block), {input.name()});
  at::Tensor sum;
  for (int64_t begin = 0; begin < samples.count; begin += samples.batch) {
    (void)probe.run(rows_of(samples.quantized, begin, samples.batch), [&](size_t, const at::Tensor& value) {
      const auto columns = unfolding.columns_of(input.rounded(value));
      const auto product = at::matmul(columns, columns.transpose(1, 2)).to(at::kDouble);
      sum = sum.defined() ? sum + product : product;
    });
  }
  return sum;
}

/// The scales of a part of the rows, one of so many.
QParams part_of_grid(const QParams& grid, int64_t part, int64_t parts) {
  if (grid.scheme().granularity() == Granularity::kPerTensor) return grid;
  const int64_t count = grid.scales().numel() / parts;
  return {grid.scheme(), grid.scales().narrow(0, part * count, count),
          grid.zero_points().narrow(0, part * count, count)};
}

/// Returns the grid on which the weight lies then.
QParams round_layer(const at::Tensor& weight, const QParams& grid, const at::Tensor& moments) {
  const int64_t parts = moments.size(0), rows = weight.size(0) / parts;
  std::vector<at::Tensor> scales;
  for (int64_t i = 0; i < parts; ++i) {
    const auto part = weight.narrow(0, i * rows, rows);
    const auto rounded = gptq_round(part.reshape({rows, -1}), moments[i], part_of_grid(grid, i, parts));
    part.copy_(rounded.rows.reshape(part.sizes()));
    scales.push_back(rounded.grid.scales());
  }
  return grid.scheme().group() > 0 ? QParams(grid.scheme(), at::cat(scales), grid.zero_points()) : grid;
}

/// The columns with the largest moments first; where groups have so many columns each, group by group.
at::Tensor column_order(const at::Tensor& moments, int64_t group) {
  if (group == 0) return moments.argsort(/*dim=*/0, /*descending=*/true);
  const auto by_group = moments.reshape({-1, group});
  const auto groups = by_group.sum(1).argsort(/*dim=*/0, /*descending=*/true);
  const auto within = by_group.argsort(/*dim=*/1, /*descending=*/true).index_select(0, groups);
  return (groups.unsqueeze(1) * group + within).flatten();
}

/// The grids of columns that are rounded one after the other.
class ColumnGrids {
 public:
  ColumnGrids(const QParams& grid, int64_t rows)
      : whole_(grid),
        now_(grid),
        group_(grid.scheme().group()),
        scales_(grid.scales().clone().view({group_ > 0 ? rows : 1, -1})) {}

  [[nodiscard]] bool begins_group(int64_t i) const { return group_ > 0 && i % group_ == 0; }
  /// Of the group that begins at column `i` of `left`, which is the original column `from`.
  void solve_group(const at::Tensor& left, int64_t i, int64_t from) {
    const auto columns = left.narrow(1, i, group_).to(at::kFloat).contiguous();
    const auto solved = solve_weight(columns, whole_.scheme());
    scales_.select(1, from / group_).copy_(solved.scales());
    now_ = QParams(QuantScheme::weight(whole_.scheme().bits(), Granularity::kPerChannel, 0), solved.scales(),
                   solved.zero_points());
  }
  /// Of one column, a value a row.
  [[nodiscard]] const QParams& of_column() const { return now_; }
  [[nodiscard]] QParams of_rows() const { return {whole_.scheme(), scales_.flatten(), whole_.zero_points()}; }

 private:
  QParams whole_, now_;
  int64_t group_;
  at::Tensor scales_;  ///< float64; of groups a row for each row, a column for each group of it
};

void round_block(Solution& block, const std::map<std::string, LayerTensors>& layers,
                 const BlockSamples& samples) {
  for (const auto& op : view(block.model).operators) {
    const auto layer = layers.find(op.name);
    const auto* planned = block.plan.find(op.name);
    if (layer == layers.end() || !planned || !planned->weight_site) continue;
    const auto unfolding = unfolding_of(op);
    if (!unfolding || layer->second.weight[0].numel() > kMostInputs) continue;
    const auto moments = moments_of(block, op, *unfolding, samples);
    auto& grid = block.qparams[*planned->weight_site];
    if (moments.defined()) grid = round_layer(layer->second.weight, grid, moments);
  }
}

}  // namespace

RoundedRows gptq_round(const at::Tensor& rows, const at::Tensor& moments, const QParams& grid) {
  const int64_t count = rows.size(1);
  const auto order = column_order(moments.diagonal(), grid.scheme().group());
  ColumnGrids grids(grid, rows.size(0));
  auto hessian = moments.index_select(0, order).index_select(1, order);
  const auto diagonal = hessian.diagonal();
  diagonal.add_(std::max(kDampening * diagonal.mean().item<double>(), 1e-12));
  // Upper factor of the inverse: its row i says how the error of column i goes to those after it.
  const auto inverse = at::cholesky_inverse(at::linalg_cholesky(hessian));
  const auto factor = at::linalg_cholesky(inverse, /*upper=*/true);
  auto left = rows.to(at::kDouble).index_select(1, order), rounded = at::zeros_like(left);
  for (int64_t begin = 0; begin < count; begin += kColumns) {
    const int64_t end = std::min(begin + kColumns, count);
    const auto errors = at::zeros({rows.size(0), end - begin}, left.options());
    for (int64_t i = begin; i < end; ++i) {
      const auto column = left.select(1, i);
      if (grids.begins_group(i)) grids.solve_group(left, i, order[i].item<int64_t>());
      const auto on_grid = fake_quantize(column.to(at::kFloat).unsqueeze(1), grids.of_column()).squeeze(1);
      rounded.select(1, i).copy_(on_grid);
      const auto error = (column - on_grid) / factor[i][i];
      left.narrow(1, i, end - i).sub_(error.unsqueeze(1) * factor[i].narrow(0, i, end - i));
      errors.select(1, i - begin).copy_(error);
    }
    if (end < count)
      left.narrow(1, end, count - end)
          .sub_(at::matmul(errors, factor.narrow(0, begin, end - begin).narrow(1, end, count - end)));
  }
  return {at::zeros_like(rounded).index_copy_(1, order, rounded).to(at::kFloat), grids.of_rows()};
}

Attempt round_by_gptq(const Solution& solution, const Evidence& evidence) {
  return fit_blocks(solution, evidence, {}, round_block);
}

}  // namespace qtool
