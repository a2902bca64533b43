#include "graph/read/pt2.h"

#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/first_sentence.h"
#include "base/json_text.h"
#include "base/machine_failure.h"
#include "graph/ir/attributes.h"
#include "graph/ir/float_types.h"
#include "graph/read/archive_check.h"
#include "graph/read/flaw.h"
#include "graph/read/pt2_graph.h"
#include "graph/read/pt2_tensors.h"
#include "graph/read/records.h"
#include "graph/read/refuse_model.h"
#include "graph/read/training_mode.h"

namespace qtool {
namespace {

namespace jit = torch::jit;
using Json = nlohmann::ordered_json;

constexpr const char* kProgram = "models/model.json";
constexpr const char* kSampleInputs = "data/sample_inputs/model.pt";
constexpr int64_t kSchema = 8;
constexpr const char* kExportAgain =
    "save the program again: torch.export.save(torch.export.export(model, inputs), path)";

Json json_of(const Records& records, const std::string& name) {
  if (!records.has(name)) throw Flaw("no " + name, "what torch.export.save() writes");
  Json json;
  if (const auto problem = parse_json(records.bytes(name), json); !problem.empty())
    throw Flaw(name + ": " + problem, "JSON");
  return json;
}

void check_schema(const Json& program) {
  const auto major = program.at("schema_version").at("major").get<int64_t>();
  if (major != kSchema)
    throw Flaw("a program of schema version " + std::to_string(major),
               "schema version " + std::to_string(kSchema));
}

/// The tensors of one of the two folders, under the names that the program has for them.
void add_tensors(const Records& records, const std::string& folder, const std::string& config,
                 std::map<std::string, Pt2Tensor>& tensors) {
  if (!records.has(folder + config)) return;
  for (auto& [name, tensor] : read_pt2_tensors(records, folder, json_of(records, folder + config)))
    tensors.emplace(name, std::move(tensor));
}

jit::Module module_of(const Records& records, const Json& program) {
  check_schema(program);
  std::map<std::string, Pt2Tensor> tensors;
  add_tensors(records, "data/weights/", "model_weights_config.json", tensors);
  add_tensors(records, "data/constants/", "model_constants_config.json", tensors);
  jit::Module module = empty_module("Exported");
  for (const auto& [name, tensor] : tensors)
    set_attribute(module, name, tensor.value, c10::TensorType::get(), tensor.is_parameter);
  set_forward(module, read_pt2_graph(module, program.at("graph_module")));
  return module;
}

/// Of the tensors that the specs name; nothing where the program does not describe one of them.
std::vector<at::ScalarType> types_of_specs(const Json& graph_module, const char* specs, const char* kind) {
  std::vector<at::ScalarType> types;
  const Json tensors = graph_module.at("graph").value("tensor_values", Json::object());
  for (const Json& spec : graph_module.at("signature").at(specs)) {
    if (!spec.contains(kind) || !spec.at(kind).at("arg").contains("as_tensor")) continue;
    const auto name = spec.at(kind).at("arg").at("as_tensor").at("name").get<std::string>();
    if (!tensors.contains(name)) return {};
    types.push_back(pt2_scalar_type(tensors.at(name).at("dtype").get<int64_t>()));
  }
  return types;
}

/// What the program takes and gives, where that is not what a float32 model has.
std::optional<BorderTypes> border_types_of(const Json& graph_module) {
  BorderTypes types{types_of_specs(graph_module, "input_specs", "user_input"),
                    types_of_specs(graph_module, "output_specs", "user_output")};
  for (const auto* side : {&types.inputs, &types.outputs})
    if (std::any_of(side->begin(), side->end(), is_other_float)) return types;
  return std::nullopt;
}

std::shared_ptr<const ExportedProgram> program_of(const Records& records) {
  return std::make_shared<ExportedProgram>(
      ExportedProgram{.json = records.bytes(kProgram),
                      .sample_inputs = records.has(kSampleInputs) ? records.bytes(kSampleInputs) : ""});
}

Records open(const std::string& path) {
  if (const auto flaw = flaw_of_archive(path); !flaw.empty())
    refuse_model(path, "the model file is corrupted", flaw, kSaveAgain, "a .pt2 file");
  return Records(path);
}

bool has_member(const Records& records, const std::string& folder) {
  for (const auto& name : records.names())
    if (name.starts_with(folder)) return true;
  return false;
}

}  // namespace

bool is_pt2(const std::string& path, const std::string& head) {
  // Not by LibTorch's reader, which gets no archive that was not checked.
  return is_zip(head) && (archive_holds(path, kProgram) || archive_holds(path, "archive_format"));
}

Model read_pt2(const std::string& path) {
  try {
    const Records records = open(path);
    if (!records.has(kProgram) && has_member(records, "data/aotinductor"))
      refuse_model(path, "this is a package that AOTInductor has compiled", "machine code", kExportAgain,
                   "a .pt2 file of torch.export.save()");
    const Json program = json_of(records, kProgram);
    jit::Module module = module_of(records, program);
    module.eval();
    return Model(module, {.remarks = leave_training_mode(module),
                          .program = program_of(records),
                          .types = border_types_of(program.at("graph_module"))});
  } catch (const Flaw& flaw) {
    refuse_model(path, "the program in the .pt2 file cannot be read", flaw.what(), kExportAgain,
                 flaw.expected);
  } catch (const nlohmann::json::exception& error) {
    refuse_model(path, "the model file is corrupted", json_problem(error), kExportAgain,
                 "what torch.export.save() writes");
  } catch (const std::exception& error) {
    rethrow_if_not_to_blame(error);
    refuse_model(path, "the program in the .pt2 file cannot be read", first_sentence(error.what()),
                 kExportAgain, "what torch.export.save() writes");
  }
}

}  // namespace qtool
