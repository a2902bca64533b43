#include "job/road/quantization.h"

#include "base/names.h"
#include "base/sha256.h"
#include "calibrate/calibrate.h"
#include "calibrate/seen_values.h"
#include "calibrate/statistics_file.h"
#include "export/expressible.h"
#include "export/target_limits.h"
#include "graph/belongings.h"
#include "graph/carried_state.h"
#include "graph/on_device.h"
#include "graph/passes/canonicalise.h"
#include "graph/random_operators.h"
#include "graph/tensor_inputs.h"
#include "improve/improve.h"
#include "measure/resources.h"
#include "plan/weight_groups.h"
#include "solve/first_solution.h"
#include "solve/integer_biases.h"

namespace qtool {
namespace {

Statistics read_all(const PtqOptions& options) {
  if (!options.from_calibration.empty()) return read_statistics(options.from_calibration);
  std::vector<Statistics> runs;
  for (const auto& path : options.merge_calibration) runs.push_back(read_statistics(path));
  return merge(runs, options.merge_calibration);
}

void check_same_model(const Quantization& quantization, const Statistics& statistics,
                      const PtqOptions& options) {
  if (statistics.model_sha256 == quantization.file.sha256) return;
  throw Error(
      ErrorKind::kUsage,
      {.what = "the calibration is of another model",
       .where = options.from_calibration.empty() ? options.merge_calibration[0] : options.from_calibration,
       .got = "statistics of a model with sha256 " + statistics.model_sha256.substr(0, 12) + "...",
       .expected = options.model + " has " + quantization.file.sha256.substr(0, 12) + "...",
       .fix = "calibrate this model with --data"});
}

int64_t bytes_of(const std::vector<at::Tensor>& tensors) {
  int64_t bytes = 0;
  for (const auto& tensor : tensors) bytes += static_cast<int64_t>(tensor.nbytes());
  return bytes;
}

/// Of a plan whose grids need no data.
Calibration nothing_seen(const Quantization& quantization) {
  Statistics statistics;
  statistics.model_sha256 = quantization.file.sha256;
  return {std::move(statistics)};
}

void check_has_data(const JobData& data) {
  if (data.is_given()) return;
  throw Error(ErrorKind::kUsage, {.what = "no data to calibrate on",
                                  .where = "a rule of the recipe",
                                  .got = "mode static",
                                  .expected = "--data SPEC",
                                  .fix = "name the data, or give the rule another mode"});
}

std::string sha256_of(const std::vector<at::Tensor>& tensors) {
  std::string all;
  for (const auto& tensor : tensors) {
    const auto plain = tensor.contiguous();
    all += sha256({static_cast<const char*>(plain.data_ptr()), plain.nbytes()});
  }
  return sha256(all);
}

}  // namespace

FileIdentity identity_of(const std::string& path) { return {sha256_file(path), file_bytes(path)}; }

std::vector<std::string> warnings_of_file(const Model& model) {
  auto warnings = model.notes().remarks;
  if (const auto names = left_out(model); !names.empty())
    warnings.push_back("not in the models that qtool writes, which have forward() alone: " + join(names) +
                       "; ask the float file for them");
  return warnings;
}

std::vector<std::string> warnings_of_chance(const Model& canonical) {
  const auto names = random_operators(canonical);
  if (names.empty()) return {};
  return {"forward() draws random numbers (" + join(names) +
          "): models are compared on the same ones, but each run of one gives another result"};
}

std::vector<std::string> warnings_of_state(const Model& canonical) {
  const auto names = state_names(canonical);
  if (names.empty()) return {};
  return {"forward() keeps state in " + join(names) +
          ": calibration and each model of a comparison begin with that of the file, and sample k of a batch "
          "goes on "
          "where sample k of the batch before it ended; where the data is one stream, add batch=1 to it"};
}

Quantization begin_quantization(Model original, FileIdentity file, const Recipe& recipe,
                                std::vector<const Target*> targets, Engine engine, bool is_trained) {
  engine = choose_engine(engine);
  auto canonical = canonicalise(original);
  auto backend = limits_of(targets, engine);
  if (is_trained) backend.dynamic_recurrence = false;
  auto graph = view(canonical);
  Quantization quantization{std::move(original), std::move(canonical),
                            std::move(graph),    std::move(file),
                            std::move(targets),  engine,
                            std::move(backend),  {}};
  plan_again(quantization, recipe);
  check_has_groups(quantization.plan, recipe);
  return quantization;
}

void plan_again(Quantization& quantization, const Recipe& recipe) {
  auto plan = make_plan(quantization.graph, recipe, quantization.backend);
  check_expressible(quantization.targets, quantization.canonical, quantization.graph, plan);
  quantization.plan = std::move(plan);
}

Calibration calibrate_on_data(const Quantization& quantization, const QuantizeOptions& options, JobData& data,
                              at::Device device, Progress& progress) {
  const OnDevice placed(quantization.canonical, device);
  auto loader = data.loader(Split::kTrain, {tensor_inputs(quantization.original)},
                            {.batch_size = options.calibrate.batch_size, .count = options.calibrate.samples});
  ArrivalMeter meter(quantization.original.input_names(), first_readers(quantization.graph));
  int64_t done = 0;
  std::string sha;
  const bool are_read_again = !chosen_improvements(options.improve, quantization.plan).empty();
  std::vector<std::vector<at::Tensor>> remembered;
  int64_t bytes = 0;
  auto statistics = calibrate(quantization.canonical, quantization.plan, [&]() -> std::vector<at::Tensor> {
    progress.update(done, loader.size(), "");
    auto batch = loader.next();
    if (!batch) return {};
    done += batch->size();
    meter.add(batch->inputs);
    bytes += bytes_of(batch->inputs);
    if (are_read_again && bytes <= kRememberedBytes) remembered.push_back(batch->inputs);
    sha = sha256(sha + sha256_of(batch->inputs));
    return on_device(batch->inputs, device);
  });
  statistics.model_sha256 = quantization.file.sha256;
  return {std::move(statistics), meter.arrival(loader), std::move(sha), std::move(remembered)};
}

Calibration gather_statistics(const Quantization& quantization, const PtqOptions& options, JobData& data,
                              at::Device device, Progress& progress) {
  if (seen_values(quantization.plan).empty()) return nothing_seen(quantization);
  if (options.from_calibration.empty() && options.merge_calibration.empty()) {
    check_has_data(data);
    return calibrate_on_data(quantization, options, data, device, progress);
  }
  auto statistics = read_all(options);
  check_same_model(quantization, statistics, options);
  return {std::move(statistics)};
}

Solution solve_first(const Quantization& quantization, const Statistics& statistics, const Recipe& recipe) {
  return first_solution(quantization.canonical, quantization.plan, statistics,
                        {quantization.graph, recipe, quantization.backend});
}

SolveAgain solving_again(const Quantization& quantization, const Statistics& statistics,
                         const Recipe& recipe) {
  return [&](const Solution& solution, const KeptFloat& more) {
    return with_more_in_float(solution, more, quantization.plan, statistics,
                              {quantization.graph, recipe, quantization.backend});
  };
}

Solution as_kernels_have_it(const Quantization& quantization, Solution solution) {
  return quantization.backend.integer_biases ? with_integer_biases(solution) : std::move(solution);
}

}  // namespace qtool
