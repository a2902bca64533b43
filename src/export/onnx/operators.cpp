#include "export/onnx/operators.h"

#include <map>
#include <string_view>

namespace qtool::onnx {

const OperatorRow* find_row(const std::string& kind) {
  static const auto rows = [] {
    std::map<std::string_view, const OperatorRow*> all;
    for (const auto part : {layers(), elementwise(), moves(), windows(), reductions(), creations(),
                            recurrences(), attentions()})
      for (const auto& row : part) all.emplace(row.kind, &row);
    return all;
  }();
  const auto row = rows.find(kind);
  return row == rows.end() ? nullptr : row->second;
}

}  // namespace qtool::onnx
