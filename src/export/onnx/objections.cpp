#include "export/onnx/objections.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <set>

#include "export/onnx/operators.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "graph/ir/state.h"

namespace qtool::onnx {
namespace {

namespace jit = torch::jit;

/// What an example tells of a tensor, for any other as well.
bool is_same_for_all(const jit::Node* node) {
  static const std::set<std::string> kinds = {"aten::dim", "aten::is_floating_point", "prim::dtype",
                                              "prim::device"};
  return kinds.contains(node->kind().toQualString());
}

/// Values that are known when the file is written, whatever the inputs.
class Constants {
 public:
  bool hold(const jit::Value* value) const { return known_.contains(value) || attribute_path(value); }
  void add(jit::Node* node) {
    if (!node->blocks().empty() || node->isNondeterministic()) return;
    const bool all = std::all_of(node->inputs().begin(), node->inputs().end(),
                                 [&](const jit::Value* input) { return hold(input); });
    if (all || is_same_for_all(node)) known_.insert(node->outputs().begin(), node->outputs().end());
  }

 private:
  std::set<const jit::Value*> known_;
};

/// What is translated without a row in the table (conversion.cpp).
bool is_structure(const jit::Node* node) {
  const auto kind = std::string(node->kind().toQualString());
  static const std::set<std::string> kinds = {"aten::dict", "aten::_set_item", "aten::__getitem__",
                                              "aten::len", "aten::warn"};
  return kind.rfind("prim::", 0) == 0 ? kind != "prim::Loop" : kinds.contains(kind);
}

/// State that the model keeps, and numbers that it takes beside tensors.
void add_what_is_no_tensor(const qtool::Model& canonical, std::vector<std::string>& found) {
  const auto graph = canonical.module().get_method("forward").graph();
  for (size_t i = 1; i < graph->inputs().size(); ++i)
    if (!is_tensor(graph->inputs()[i]))
      found.push_back(graph->inputs()[i]->debugName() +
                      ": no file of ONNX here takes a number beside tensors");
  for (const auto& path : written_paths(*graph))
    found.push_back(path + ": ONNX has no state that a model keeps from run to run");
}

std::string sentence(const jit::Node* node, const std::string& why) {
  const auto source = source_of(node);
  const auto name =
      node->outputs().empty() ? std::string(node->kind().toQualString()) : node->output(0)->debugName();
  return name + (source.empty() ? "" : " (" + source + ")") + ": ONNX has no form of " +
         node->kind().toQualString() + (why.empty() ? "" : ": " + why);
}

}  // namespace

std::vector<std::string> objections(const qtool::Model& canonical) {
  std::vector<std::string> found;
  add_what_is_no_tensor(canonical, found);
  Constants constants;
  for (auto* node : nodes_of(canonical.module().get_method("forward").graph()->block())) {
    constants.add(node);
    const bool is_known = !node->outputs().empty() && constants.hold(node->output(0));
    if (is_known || is_structure(node)) continue;
    const auto* row = find_row(node->kind().toQualString());
    const auto why = row && row->objection ? row->objection(node) : "";
    if (!row || !why.empty()) found.push_back(sentence(node, why));
  }
  return found;
}

}  // namespace qtool::onnx
