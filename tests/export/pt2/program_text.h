#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace qtool {

using Json = nlohmann::ordered_json;

[[nodiscard]] inline std::string shown(const Json& argument) {
  const Json& value = argument.begin().value();
  if (argument.contains("as_tensor")) return value.at("name").get<std::string>();
  if (argument.contains("as_sym_int")) return shown(value);
  if (!argument.contains("as_tensors") && !argument.contains("as_sym_ints"))
    return value.is_string() ? value.get<std::string>() : value.dump();
  std::string text;
  for (const Json& item : value)
    text += (text.empty() ? "" : ", ") +
            (item.contains("name") ? item.at("name").get<std::string>() : shown(item));
  return "[" + text + "]";
}

/// A line for each node: `conv = aten.conv2d.default(x, p_w, null, [1, 1])`. Scales, which depend on LibTorch's
/// kernels, are `S`, zero points `Z`.
[[nodiscard]] inline std::string text_of(const Json& graph) {
  std::string text;
  for (const Json& node : graph.at("nodes")) {
    std::string outputs, inputs;
    for (const Json& output : node.at("outputs")) outputs += (outputs.empty() ? "" : ", ") + shown(output);
    for (const Json& input : node.at("inputs")) {
      const auto name = input.at("name").get<std::string>();
      const bool is_grid =
          (name == "scale" || name == "zero_point") && !input.at("arg").contains("as_tensor");
      inputs += (inputs.empty() ? "" : ", ") +
                (is_grid ? std::string(name == "scale" ? "S" : "Z") : shown(input.at("arg")));
    }
    auto target = node.at("target").get<std::string>();
    if (target.starts_with("torch.ops.")) target = target.substr(10);
    text += outputs + " = " + target + "(" + inputs + ")\n";
  }
  return text;
}

}  // namespace qtool
