#include "export/pt2/pt2_file.h"

#include <torch/csrc/jit/api/module.h>

#include <optional>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"
#include "export/pt2/archive.h"
#include "export/pt2/decomposed_ops.h"
#include "export/pt2/program.h"

namespace qtool {
namespace {

namespace jit = torch::jit;
using Json = nlohmann::ordered_json;

/// What stands around graph_module where there is no program to take it from.
Json new_program(const ProgramInputs& inputs) {
  Json ranges = Json::object();
  for (const auto& symbol : inputs.symbols)
    ranges[symbol.expression.symbol] = {{"min_val", symbol.least}, {"max_val", nullptr}};
  return {{"graph_module", nullptr},
          {"opset_version", {{"aten", 10}}},
          {"range_constraints", ranges},
          {"schema_version", {{"major", 8}, {"minor", 8}}},
          {"verifiers", Json::array({"TRAINING"})},
          {"torch_version", ""},
          {"guards_code", Json::array()}};
}

void check_has_example(const Pt2Surroundings& surroundings) {
  if (!surroundings.example.empty()) return;
  throw Error(ErrorKind::kUnquantizable,
              {.what = "a program of torch.export has sizes, and nothing tells those of this model",
               .got = "a TorchScript model, and no data",
               .expected = "a .pt2 model, or data",
               .fix = "give --data"});
}

/// Sizes that are written in a trace may be of one batch.
std::pair<ProgramInputs, SizeRuns> runs_like(const jit::Module& module,
                                             const std::vector<at::Tensor>& example) {
  auto inputs = inputs_like(example, /*any_batch=*/true);
  try {
    SizeRuns runs(module, inputs);
    if (runs.all_symbols_vary()) return {std::move(inputs), std::move(runs)};
  } catch (const Error&) {
  }
  inputs = inputs_like(example, /*any_batch=*/false);
  SizeRuns runs(module, inputs);
  return {std::move(inputs), std::move(runs)};
}

}  // namespace

void write_pt2(const Solution& solution, const Pt2Surroundings& surroundings, const Pt2Dialect& dialect,
               const std::string& path) {
  const auto module = with_decomposed_ops(solution, dialect);
  const auto& origin = surroundings.origin;
  std::optional<SizeRuns> runs;
  Json whole;
  if (origin) {
    QTOOL_ASSERT(parse_json(origin->json, whole).empty());  // it was read before
    runs = SizeRuns(module, inputs_of_program(whole));
  } else {
    check_has_example(surroundings);
    auto [inputs, found] = runs_like(module, surroundings.example);
    whole = new_program(inputs);
    runs = std::move(found);
  }
  auto program = program_of(module, *runs, whole.at("graph_module"));
  whole["graph_module"] = std::move(program.graph_module);
  write_file(path, pt2_archive({.program = json_line(whole),
                                .tensors = std::move(program.tensors),
                                .sample_inputs = origin ? origin->sample_inputs : "",
                                .manifest = surroundings.manifest}));
}

std::vector<std::string> objections_to_pt2(const Model& canonical) {
  return why_no_program(canonical.module());
}

}  // namespace qtool
