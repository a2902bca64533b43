#include "export/torchscript/quantized_ops.h"

#include <ATen/ops/full_like.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "export/lowering/int8_lowering.h"
#include "export/torchscript/cell_params.h"
#include "export/torchscript/pack.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

class Lowering final : public Int8Lowering {
 public:
  explicit Lowering(const Solution& solution) : Int8Lowering(solution) {}

 private:
  jit::Value* emit(const PlannedOperator& op, jit::Node* node) override {
    const auto row = emitters().find(op.kind);
    QTOOL_ASSERT(row != emitters().end());
    auto* made = (this->*row->second)(op, node);
    return makes_own_grid(op) ? clamp_to_grid(made, op.output_grid()) : made;
  }

  jit::Value* quantized(jit::Value* value, size_t site) override {
    const auto& qparams = qparams_[site];
    return clamp_to_grid(
        insert("aten::quantize_per_tensor", {value, qparams.scale(), qparams.zero_point(), at::kQUInt8}),
        site);
  }

  jit::Value* dequantized(jit::Value* value, size_t) override { return insert("aten::dequantize", {value}); }

  /// QNNPACK's clamp and hardtanh write memory that is channels last into a tensor that says it is not. Where the
  /// channels are the last axis there is no such memory. Moves no data.
  jit::Value* channels_to_end(jit::Value* value) { return insert("aten::movedim", {value, 1, -1}); }
  jit::Value* channels_from_end(jit::Value* value) { return insert("aten::movedim", {value, -1, 1}); }

  /// Kernels saturate at 255; a grid of fewer bits ends earlier.
  jit::Value* clamp_to_grid(jit::Value* value, size_t site) {
    const auto& qparams = qparams_[site];
    if (qparams.scheme().bits() == 8 || plan_.sites[site].source == GridSource::kFixed) return value;
    return channels_from_end(insert("aten::clamp", {channels_to_end(value), qparams.low(), qparams.high()}));
  }

  /// The others' values lie on a grid already that ends where it must.
  static bool makes_own_grid(const PlannedOperator& op) {
    return op.operator_class == OperatorClass::kLayer || op.operator_class == OperatorClass::kCombine ||
           op.operator_class == OperatorClass::kActivation || op.operator_class == OperatorClass::kNorm;
  }

  /// `quantized::conv2d`, or `quantized::conv2d_relu` where the kernel takes a relu over. A hardtanh needs no
  /// kernel of its own: the grid ends where it does (see plan.cpp).
  std::string kernel(const PlannedOperator& op, const jit::Node* node) const {
    const auto kind = short_kind(node);
    const bool has_relu_form = kind.rfind("conv_transpose", 0) != 0;
    return "quantized::" + kind + (op.fused_activation == "aten::relu" && has_relu_form ? "_relu" : "");
  }

  jit::Value* emit_layer(const PlannedOperator& op, jit::Node* node) {
    const auto& output = output_of(op);
    return insert(kernel(op, node),
                  {int8_of(node->input(0)), packed_weight(op, node), output.scale(), output.zero_point()});
  }

  std::vector<jit::Value*> emit_dynamic(const PlannedOperator& op, jit::Node* node) override {
    if (op.operator_class != OperatorClass::kRecurrent)
      return {insert("quantized::linear_dynamic", {node->input(0), packed_weight(op, node), has_7_bits(op)})};
    return is_cell(node) ? emit_cell(op, node) : emit_recurrence(op, node);
  }

  /// Whether what comes is put on a grid of 7 bits.
  [[nodiscard]] bool has_7_bits(const PlannedOperator& op) const {
    const auto& input = *std::find_if(plan_.sites.begin(), plan_.sites.end(), [&](const Site& site) {
      return site.op == op.name && site.source == GridSource::kRunTime;
    });
    return input.scheme.bits() < 8;
  }

  std::vector<jit::Value*> emit_recurrence(const PlannedOperator& op, jit::Node* node) {
    const auto inputs = node->inputs();
    auto* kernel = graph_->create(c10::Symbol::fromQualString("aten::quantized_" + short_kind(node)),
                                  {inputs[0], inputs[1], packed_cells(op, node)}, node->outputs().size());
    kernel->addInput(graph_->insertConstant(true));  // has_biases
    for (auto* same : inputs.slice(4)) kernel->addInput(same);
    return insert_recurrence(kernel);
  }

  /// A sequence of one step. The kernels of cells have 7 bits for what comes, whatever the processor could do.
  std::vector<jit::Value*> emit_cell(const PlannedOperator& op, jit::Node* node) {
    const bool is_lstm = node->kind() == c10::aten::lstm_cell;
    auto* cells = packed_cells(op, node);
    const auto as_sequence = [&](jit::Value* of_step) { return insert("aten::unsqueeze", {of_step, 0}); };
    auto* x = as_sequence(node->input(0));
    auto* state = node->input(1);
    if (is_lstm) {
      const auto part = [&](int64_t i) { return as_sequence(insert("aten::__getitem__", {state, i})); };
      state = graph_->insertNode(graph_->createList(c10::TensorType::get(), {part(0), part(1)}))->output();
    } else {
      state = as_sequence(state);
    }
    auto* kernel =
        graph_->create(c10::Symbol::fromQualString(is_lstm ? "aten::quantized_lstm" : "aten::quantized_gru"),
                       {x, state, cells}, is_lstm ? 3 : 2);
    // has_biases, num_layers, dropout, train, bidirectional, batch_first
    for (const auto& argument : {c10::IValue(true), c10::IValue(int64_t(1)), c10::IValue(0.0),
                                 c10::IValue(false), c10::IValue(false), c10::IValue(false)})
      kernel->addInput(graph_->insertConstant(argument));
    auto outputs = insert_recurrence(kernel);
    outputs.erase(outputs.begin());
    for (auto*& output : outputs) output = insert("aten::squeeze", {output, 0});
    return outputs;
  }

  std::vector<jit::Value*> insert_recurrence(jit::Node* kernel) {
    if (kernel->outputs().size() == 3)  // an LSTM's dtype and use_dynamic
      for (const auto& argument : {c10::IValue(int64_t(at::kQInt8)), c10::IValue(true)})
        kernel->addInput(graph_->insertConstant(argument));
    for (auto* output : kernel->outputs()) output->setType(c10::TensorType::get());
    return graph_->insertNode(kernel)->outputs().vec();
  }

  /// The kernels take a packed cell for each direction of each layer.
  jit::Value* packed_cells(const PlannedOperator& op, jit::Node* node) {
    const auto parameters = parameters_of(node).value();
    const bool has_biases =
        is_cell(node) ? parameters.count > 2 : constant_argument(node, "has_biases").toBool();
    const size_t each = has_biases ? 4 : 2;
    std::vector<jit::Value*> cells;
    for (size_t first = 0; first < parameters.count; first += each)
      cells.push_back(packed_cell(op, op.name + ".int8" + place_in_layers(parameter_name(node, first)),
                                  cell(op, parameters, first, each)));
    return graph_->insertNode(graph_->createList(cells[0]->type(), cells))->output();
  }

  /// `.l1_reverse` of the parameter weight_ih_l1_reverse; empty for a cell's weight_ih.
  static std::string place_in_layers(const std::string& weight_ih) {
    const auto place = weight_ih.substr(std::string("weight_ih").size());
    return place.empty() ? "" : "." + place.substr(1);
  }

  /// The same where the cell has been packed already, as that of a step that is written out many times.
  jit::Value* packed_cell(const PlannedOperator& op, const std::string& path, const Cell& cell) {
    auto& known = cells_[{cell.weight_ih.data_ptr(), cell.weight_hh.data_ptr(),
                          cell.qparams_ih.scheme().to_string(), cell.qparams_hh.scheme().to_string()}];
    if (known.empty()) keep(stored_cell(known = path, cell, has_7_bits(op), op.name));
    return emit_attribute(*graph_, module_, known + ".cell_params");
  }

  /// The one whose parameters these are, from `first` in the list.
  [[nodiscard]] Cell cell(const PlannedOperator& op, const RecurrentParameters& parameters, size_t first,
                          size_t count) const {
    const auto tensor = [&](size_t i) {
      if (i >= count || first + i >= parameters.count) return at::Tensor();
      return find_attribute(module_, *attribute_path(parameters.value(first + i)))->toTensor();
    };
    return {tensor(0),
            tensor(1),
            tensor(2),
            tensor(3),
            qparams_[op.listed_weight_sites.at(first)],
            qparams_[op.listed_weight_sites.at(first + 1)]};
  }

  /// LibTorch saves a packed weight in 8 bits, whatever its own.
  jit::Value* packed_weight(const PlannedOperator& op, jit::Node* node) {
    const auto weight = tensor_argument(node, "weight"), bias = tensor_argument(node, "bias");
    const auto& qparams = qparams_[op.weight_grid()];
    if (qparams.scheme().bits() < 8) {
      const auto path = op.name + ".int8";
      keep(stored_packed_weight(path, node, weight, bias, qparams));
      return emit_attribute(*graph_, module_, path + ".packed_weight");
    }
    const auto packed = pack_weight(node, weight, bias, qparams);
    const auto path = op.name + ".packed_weight";
    set_attribute(module_, path, packed, packed.type(), /*is_parameter=*/false);
    return emit_attribute(*graph_, module_, path);
  }

  jit::Value* emit_combination(const PlannedOperator& op, jit::Node* node) {
    const auto& output = output_of(op);
    return insert(kernel(op, node),
                  {int8_of(node->input(0)), int8_of(node->input(1)), output.scale(), output.zero_point()});
  }

  jit::Value* emit_cat(const PlannedOperator& op, jit::Node* node) {
    const auto& output = output_of(op);
    std::vector<jit::Value*> elements;
    for (auto* element : node->input(0)->node()->inputs()) elements.push_back(int8_of(element));
    auto* list = graph_->insertNode(graph_->createList(c10::TensorType::get(), elements))->output();
    return insert(kernel(op, node), {list, node->input(1), output.scale(), output.zero_point()});
  }

  jit::Value* emit_activation(const PlannedOperator& op, jit::Node* node) {
    const auto& output = output_of(op);
    return insert(kernel(op, node), {int8_of(node->input(0)), output.scale(), output.zero_point()});
  }

  jit::Value* emit_leaky_relu(const PlannedOperator& op, jit::Node* node) {
    const auto& output = output_of(op);
    return insert(kernel(op, node), {int8_of(node->input(0)), argument(node, "negative_slope"), false,
                                     output.scale(), output.zero_point()});
  }

  jit::Value* emit_elu(const PlannedOperator& op, jit::Node* node) {
    const auto& output = output_of(op);
    return insert(kernel(op, node),
                  {int8_of(node->input(0)), output.scale(), output.zero_point(), argument(node, "alpha"),
                   argument(node, "scale"), argument(node, "input_scale")});
  }

  /// The kernel wants a weight and a bias, where aten::batch_norm may have none.
  jit::Value* weight_or_bias(const PlannedOperator& op, jit::Node* node, const char* name, double fill) {
    auto* given = argument(node, name);
    if (!given->mustBeNone()) return given;
    const auto mean = find_attribute(module_, *attribute_path(argument(node, "running_mean")))->toTensor();
    const auto path = op.name + "." + name;
    set_attribute(module_, path, at::full_like(mean, fill), c10::TensorType::get(), /*is_parameter=*/false);
    return emit_attribute(*graph_, module_, path);
  }

  jit::Value* emit_batch_norm(const PlannedOperator& op, jit::Node* node) {
    const auto& output = output_of(op);
    auto* weight = weight_or_bias(op, node, "weight", 1);
    auto* bias = weight_or_bias(op, node, "bias", 0);
    return insert(kernel(op, node), {int8_of(node->input(0)), weight, bias, argument(node, "running_mean"),
                                     argument(node, "running_var"), argument(node, "eps"), output.scale(),
                                     output.zero_point()});
  }

  /// The same operator on the int8 tensor.
  jit::Value* emit_same(const PlannedOperator&, jit::Node* node) {
    return emit_on(int8_of(node->input(0)), node);
  }

  jit::Value* emit_hardtanh(const PlannedOperator&, jit::Node* node) {
    return channels_from_end(emit_on(channels_to_end(int8_of(node->input(0))), node));
  }

  /// Makes what takes an operator's place in int8; its clip, if it has one fused, included.
  using Emit = jit::Value* (Lowering::*)(const PlannedOperator&, jit::Node*);

  static const std::map<std::string, Emit>& emitters() {
    static const std::map<std::string, Emit> table = {
        {"aten::conv1d", &Lowering::emit_layer},
        {"aten::conv2d", &Lowering::emit_layer},
        {"aten::conv3d", &Lowering::emit_layer},
        {"aten::conv_transpose1d", &Lowering::emit_layer},
        {"aten::conv_transpose2d", &Lowering::emit_layer},
        {"aten::linear", &Lowering::emit_layer},
        {"aten::add", &Lowering::emit_combination},
        {"aten::mul", &Lowering::emit_combination},
        {"aten::cat", &Lowering::emit_cat},
        {"aten::hardswish", &Lowering::emit_activation},
        {"aten::leaky_relu", &Lowering::emit_leaky_relu},
        {"aten::elu", &Lowering::emit_elu},
        {"aten::batch_norm", &Lowering::emit_batch_norm},
        {"aten::sigmoid", &Lowering::emit_same},
        {"aten::hardsigmoid", &Lowering::emit_same},
        {"aten::tanh", &Lowering::emit_same},
        {"aten::relu", &Lowering::emit_same},
        {"aten::hardtanh", &Lowering::emit_hardtanh},
        {"aten::flatten", &Lowering::emit_same},
        {"aten::reshape", &Lowering::emit_same},
        {"aten::permute", &Lowering::emit_same},
        {"aten::transpose", &Lowering::emit_same},
        {"aten::squeeze", &Lowering::emit_same},
        {"aten::unsqueeze", &Lowering::emit_same},
        {"aten::slice", &Lowering::emit_same},
        {"aten::select", &Lowering::emit_same},
        {"aten::pixel_shuffle", &Lowering::emit_same},
        {"aten::max_pool1d", &Lowering::emit_same},
        {"aten::max_pool2d", &Lowering::emit_same},
        {"aten::max_pool3d", &Lowering::emit_same},
        {"aten::upsample_nearest2d", &Lowering::emit_same},
        {"aten::constant_pad_nd", &Lowering::emit_same},
        {"aten::adaptive_avg_pool2d", &Lowering::emit_same},
        {"aten::avg_pool2d", &Lowering::emit_same},
        {"aten::adaptive_avg_pool3d", &Lowering::emit_same},
        {"aten::avg_pool3d", &Lowering::emit_same},
        {"aten::mean", &Lowering::emit_same},
        {"aten::upsample_bilinear2d", &Lowering::emit_same},
    };
    return table;
  }

  std::map<std::tuple<const void*, const void*, std::string, std::string>, std::string>
      cells_;  ///< paths, see packed_cell()
};

}  // namespace

Model lower_to_quantized_ops(const Solution& solution) { return Lowering(solution).run(); }

}  // namespace qtool
