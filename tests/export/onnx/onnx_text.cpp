#include "onnx_text.h"

#include <sstream>

namespace qtool::onnx {
namespace {

struct AttributeText {
  std::ostream& to;
  void operator()(int64_t value) const { to << value; }
  void operator()(float value) const { to << value; }
  void operator()(const std::string& value) const { to << value; }
  template <class Values>
  void operator()(const Values& values) const {
    to << '[';
    for (size_t i = 0; i < values.size(); ++i) to << (i > 0 ? "," : "") << values[i];
    to << ']';
  }
};

void join(std::ostream& to, const std::vector<std::string>& names) {
  for (size_t i = 0; i < names.size(); ++i) to << (i > 0 ? ", " : "") << names[i];
}

}  // namespace

std::string text_of(const Model& model) {
  std::ostringstream text;
  for (const auto& node : model.nodes) {
    join(text, node.outputs);
    text << " = " << node.type << '(';
    join(text, node.inputs);
    text << ')';
    for (const auto& [name, value] : node.attributes) {
      text << ' ' << name << '=';
      std::visit(AttributeText{text}, value);
    }
    text << '\n';
  }
  for (const auto& output : model.outputs) text << "-> " << output.name << '\n';
  return text.str();
}

}  // namespace qtool::onnx
