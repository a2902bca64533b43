#include "onnx_text.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <sstream>

#include "base/error.h"
#include "catch.h"
#include "export/onnx/objections.h"
#include "export/onnx/write_onnx.h"
#include "graph/passes/canonicalise.h"

namespace qtool::onnx {
namespace {

constexpr int64_t kShown = 8;  ///< values of a constant

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

using NameOf = std::function<std::string(const std::string&)>;

void join(std::ostream& to, const std::vector<std::string>& names, const NameOf& name_of) {
  for (size_t i = 0; i < names.size(); ++i) to << (i > 0 ? ", " : "") << name_of(names[i]);
}

std::string text_of(const std::vector<Node>& nodes, const NameOf& name_of) {
  std::ostringstream text;
  for (const auto& node : nodes) {
    join(text, node.outputs, name_of);
    text << " = " << node.type << '(';
    join(text, node.inputs, name_of);
    text << ')';
    for (const auto& [name, value] : node.attributes) {
      text << ' ' << name << '=';
      std::visit(AttributeText{text}, value);
    }
    text << '\n';
  }
  return text.str();
}

/// `[1,-1]`, `0.5`; empty where that would be long.
std::string value_of(const at::Tensor& constant) {
  if (constant.numel() > (constant.is_floating_point() ? 1 : kShown)) return "";
  std::ostringstream text;
  const auto values = constant.to(at::kDouble).contiguous();
  if (constant.dim() > 0) text << '[';
  for (int64_t i = 0; i < values.numel(); ++i) {
    const double value = values.data_ptr<double>()[i];
    text << (i > 0 ? "," : "");
    if (value >= 9e18)
      text << "max";
    else if (value <= -9e18 && !constant.is_floating_point())
      text << "min";
    else
      text << value;
  }
  if (constant.dim() > 0) text << ']';
  return text.str();
}

}  // namespace

Model converted(const SmallNet& net, const at::Tensor& input) {
  const auto canonical = canonicalise(build(net));
  CHECK(objections(canonical).empty());
  return convert(canonical, {input});
}

std::string converted_text(const SmallNet& net) {
  auto model = converted(net, noise(net.input, 5));
  REQUIRE(model.nodes.back().type == "Identity");
  model.nodes.pop_back();
  std::map<std::string, std::string> unnamed;
  return text_of(model.nodes, [&](const std::string& name) {
    if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos)
      return unnamed.emplace(name, "#" + std::to_string(unnamed.size() + 1)).first->second;
    for (const auto& initializer : model.initializers)
      if (initializer.name == name)
        if (auto value = value_of(initializer.values); !value.empty()) return value;
    return name;
  });
}

std::string refusal_of(const SmallNet& net) {
  try {
    (void)converted(net, noise(net.input, 5));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string text_of(const Model& model) {
  auto text = text_of(model.nodes, [](const std::string& name) { return name; });
  for (const auto& output : model.outputs) text += "-> " + output.name + '\n';
  return text;
}

std::string expression_text(const std::string& expression,
                            const std::vector<std::pair<std::string, std::vector<int64_t>>>& parameters) {
  return converted_text({"return " + expression, parameters, {2, 3, 6, 7}});
}

std::string expression_refusal(const std::string& expression) {
  return refusal_of({"return " + expression, {}, {2, 3, 6, 7}});
}

}  // namespace qtool::onnx
