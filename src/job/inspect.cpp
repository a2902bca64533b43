#include "job/inspect.h"

#include <filesystem>

#include "export/expressible.h"
#include "export/target_limits.h"
#include "graph/passes/canonicalise.h"
#include "graph/read/read_model.h"
#include "graph/tensor_inputs.h"
#include "graph/view.h"
#include "job/input/client_models.h"
#include "job/input/job_data.h"
#include "job/input/open_model.h"
#include "job/input/parameter_count.h"
#include "job/road/quantization.h"
#include "job/road/settle_types.h"
#include "measure/resources.h"
#include "zoo/zoo.h"

namespace qtool {
namespace {

std::vector<PlannedSite> sites_of(const QuantPlan& plan) {
  std::vector<PlannedSite> sites;
  for (const auto& op : plan.operators) {
    if (op.precision == Precision::kFloat) {
      sites.push_back({.site = op.name, .op = op.kind, .reason = op.reason});
      continue;
    }
    for (const auto& site : plan.sites)
      if (site.op == op.name)
        sites.push_back(
            {.site = site.name, .op = op.kind, .scheme = site.scheme.to_string(), .reason = op.remark()});
    if (!op.fused_into.empty())
      sites.push_back(
          {.site = op.name, .op = op.kind, .scheme = "fused", .reason = "done by " + op.fused_into});
    else if (op.is_static() && !op.weight_site && plan.grid_of.contains(op.output) &&
             plan.sites[op.output_grid()].value != op.output)
      sites.push_back({.site = op.name,
                       .op = op.kind,
                       .scheme = plan.sites[op.output_grid()].scheme.to_string(),
                       .reason = "on the grid of " + plan.sites[op.output_grid()].name});
  }
  return sites;
}

/// Float layers cost twice: their own time, and the conversions on both sides.
std::vector<std::string> warnings_of(const QuantPlan& plan, Mode mode) {
  size_t layers = 0;
  for (const auto& op : plan.operators)
    layers += find_operator(op.kind) &&
              (op.operator_class == OperatorClass::kLayer || op.operator_class == OperatorClass::kRecurrent);
  if (!plan.has_int8_weights())
    return {"nothing in this model can be quantized as asked: " + why_nothing_is_int8(plan)};
  if (mode == Mode::kWeightOnly || plan.int8_layers() * 2 > layers) return {};
  return {"only " + std::to_string(plan.int8_layers()) + " of " + std::to_string(layers) +
          " layers run in int8: expect little speed"};
}

InspectResult inspect_onnx(const InspectOptions& options, const Context& context) {
  InspectResult result;
  result.onnx = read_onnx(options.model);
  result.parameters = result.onnx->parameters;
  std::erase_if(result.onnx->metadata, [&](const auto& entry) {
    if (entry.first != kManifestKey) return false;
    result.manifest = entry.second;
    return true;
  });
  result.bytes = file_bytes(options.model);
  const auto folder = std::filesystem::path(options.model).parent_path();
  for (const auto& name : result.onnx->data_files) result.bytes += file_bytes((folder / name).string());
  if (options.data.empty()) return result;
  context.progress.stage("try the data");
  JobData data(options.data);
  const ClientModels model({options.model});
  result.arrival = look_at_data(data, model[0].input_names(), {},
                                [&model](const auto& inputs) { (void)model[0].run(inputs); });
  return result;
}

}  // namespace

InspectResult inspect_file(const InspectOptions& options, const Context& context) {
  if (is_zoo(options.model) || !is_onnx_model(options.model)) return run_inspect(options, context);
  apply(context.common);
  return inspect_onnx(options, context);
}

InspectResult run_inspect(const InspectOptions& options, const Context& context) {
  apply(context.common);
  context.progress.stage("load and plan");
  JobData data(options.data);
  auto original = open_float_model(options.model, data, context.common.seed).model;
  look_at_types(original, data);
  const auto targets = targets_named(options.target);
  const auto engine = choose_engine(options.engine);
  auto canonical = canonicalise(original);
  const auto graph = view(canonical);
  const auto plan = propose_plan(graph, options.recipe, limits_of(targets, engine));
  InspectResult result;
  const auto& files = original.notes().extra_files;
  if (const auto manifest = files.find(kManifestFile); manifest != files.end())
    result.manifest = manifest->second;
  result.engine = to_string(engine);
  result.input_names = original.input_names();
  result.parameters = parameter_count(original);
  if (!is_zoo(options.model)) result.bytes = file_bytes(options.model);
  result.sites = sites_of(plan);
  for (const auto* target : targets)
    result.targets.push_back({.name = std::string(target->name),
                              .file = target->file,
                              .about = std::string(target->about),
                              .not_run_here = why_not_run_here(*target),
                              .objections = objections_of(*target, canonical, graph, plan)});
  result.warnings = warnings_of_file(original);
  for (auto& warning : warnings_of_state(canonical)) result.warnings.push_back(std::move(warning));
  for (auto& warning : warnings_of_chance(canonical)) result.warnings.push_back(std::move(warning));
  for (auto& warning : warnings_of(plan, options.recipe.mode)) result.warnings.push_back(std::move(warning));
  if (data.is_given()) {
    context.progress.stage("try the data");
    result.arrival = look_at_data(data, tensor_inputs(original), first_readers(graph),
                                  [&canonical](const auto& inputs) { (void)canonical.forward(inputs); });
  }
  return result;
}

}  // namespace qtool
