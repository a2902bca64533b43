#include "onnx_output.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/names.h"
#include "inspect_output.h"
#include "output.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

Json values_json(const std::vector<OnnxFile::Value>& values) {
  Json json = Json::array();
  for (const auto& value : values) json.push_back({{"name", value.name}, {"type", value.type}});
  return json;
}

/// The opset of ONNX itself first.
std::string opsets_text(const OnnxFile& file) {
  std::vector<std::string> texts;
  for (const auto& [domain, version] : file.opsets)
    texts.push_back((domain.empty() ? "opset " : domain + " ") + std::to_string(version));
  return join(texts);
}

/// The most frequent one first.
std::string operators_text(const OnnxFile& file) {
  std::vector<std::pair<std::string, int64_t>> counts(file.operators.begin(), file.operators.end());
  std::stable_sort(counts.begin(), counts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> texts;
  for (const auto& [name, count] : counts) texts.push_back(std::to_string(count) + " " + name);
  return join(texts);
}

}  // namespace

std::string onnx_json(const InspectResult& result) {
  const OnnxFile& file = *result.onnx;
  Json json = {{"schema", 1},
               {"format", "onnx"},
               {"ir_version", file.ir_version},
               {"opsets", file.opsets},
               {"producer", file.producer},
               {"inputs", values_json(file.inputs)},
               {"outputs", values_json(file.outputs)},
               {"operators", file.operators},
               {"tensors", file.tensors},
               {"parameters", file.parameters},
               {"bytes", result.bytes},
               {"metadata", Json::object()}};
  for (const auto& [key, value] : file.metadata) json["metadata"][key] = value;
  json["manifest"] = manifest_json(result.manifest);
  return json_text(json);
}

std::string onnx_text(const InspectResult& result) {
  const OnnxFile& file = *result.onnx;
  std::vector<std::vector<std::string>> rows = {
      {"format", "ONNX, " + opsets_text(file) + ", IR version " + std::to_string(file.ir_version)}};
  if (!file.producer.empty()) rows.push_back({"producer", file.producer});
  for (const auto& input : file.inputs) rows.push_back({"input", input.name + ": " + input.type});
  for (const auto& output : file.outputs) rows.push_back({"output", output.name + ": " + output.type});
  rows.push_back({"operators", operators_text(file)});
  rows.push_back({"weights", std::to_string(file.parameters) + " numbers in " + std::to_string(file.tensors) +
                                 " tensors; the file has " + bytes_text(result.bytes)});
  for (const auto& [key, value] : file.metadata) rows.push_back({key, value});
  return columns(rows, Align::kText) + manifest_text(result.manifest);
}

}  // namespace qtool
