#include "graph/ir/float_types.h"

#include <algorithm>
#include <set>
#include <utility>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// Numbers of each type, those of a tensor that is read twice once.
class Census {
 public:
  void add(const c10::IValue& value) {
    if (value.isObject()) return;  // a module: what is read of it is read by itself
    (void)value.visit([this](const c10::IValue& inner) {
      if (inner.isTensor()) add_tensor(inner.toTensor());
      return false;
    });
  }

  [[nodiscard]] std::vector<at::ScalarType> by_numbers() const {
    auto counts = counts_;
    std::stable_sort(counts.begin(), counts.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<at::ScalarType> types;
    for (const auto& [type, count] : counts) types.push_back(type);
    return types;
  }

 private:
  void add_tensor(const at::Tensor& tensor) {
    if (!tensor.defined() || !tensor.is_floating_point() || tensor.dim() == 0) return;
    if (!seen_.insert(tensor.unsafeGetTensorImpl()).second) return;
    const auto type = tensor.scalar_type();
    auto found = std::find_if(counts_.begin(), counts_.end(), [&](const auto& c) { return c.first == type; });
    if (found == counts_.end()) found = counts_.insert(counts_.end(), {type, 0});
    found->second += tensor.numel();
  }

  std::vector<std::pair<at::ScalarType, int64_t>> counts_;
  std::set<const void*> seen_;
};

}  // namespace

at::ScalarType computing_type(at::ScalarType type) {
  if (type == at::kComplexHalf || type == at::kComplexDouble) return at::kComplexFloat;
  return type == at::kHalf || type == at::kBFloat16 || type == at::kDouble ? at::kFloat : type;
}

bool is_other_float(at::ScalarType type) { return computing_type(type) != type; }

std::vector<at::ScalarType> float_types_read(jit::Graph& forward, const jit::Module& module) {
  Census census;
  for (auto* node : all_nodes_of(forward.block())) {
    if (node->kind() != c10::prim::GetAttr && node->kind() != c10::prim::Constant) continue;
    const auto path = attribute_path(node->output());
    const auto value = path ? find_attribute(module, *path) : jit::toIValue(node->output());
    if (value) census.add(*value);
  }
  return census.by_numbers();
}

}  // namespace qtool
