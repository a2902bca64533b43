#include "job/quantization.h"

#include <algorithm>

#include "calibrate/calibrate.h"
#include "calibrate/statistics_file.h"
#include "data/loader.h"
#include "graph/canonicalise.h"
#include "graph/view.h"
#include "job/data_splits.h"
#include "report/sha256.h"

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
  if (statistics.model_sha256 == quantization.model_sha256) return;
  throw Error(
      ErrorKind::kUsage,
      {.what = "the calibration is of another model",
       .where = options.from_calibration.empty() ? options.merge_calibration[0] : options.from_calibration,
       .got = "statistics of a model with sha256 " + statistics.model_sha256.substr(0, 12) + "...",
       .expected = options.model + " has " + quantization.model_sha256.substr(0, 12) + "...",
       .fix = "calibrate this model with --data"});
}

}  // namespace

Quantization begin_quantization(const std::string& model_path, const Recipe& recipe, Engine engine) {
  engine = choose_engine(engine);
  use_engine(engine);
  auto original = Model::load(model_path);
  auto canonical = canonicalise(original);
  auto plan = make_plan(view(canonical), recipe, backend_of(engine));
  return {std::move(original), std::move(canonical), sha256_file(model_path), engine, std::move(plan)};
}

std::vector<at::Tensor> site_weights(const Quantization& quantization) {
  std::vector<at::Tensor> weights(quantization.plan.sites.size());
  const auto graph = view(quantization.canonical);
  for (const auto& op : quantization.plan.operators) {
    if (!op.weight_site) continue;
    const auto found = std::find_if(graph.operators.begin(), graph.operators.end(),
                                    [&](const OperatorView& candidate) { return candidate.name == op.name; });
    QTOOL_ASSERT(found != graph.operators.end());
    weights[*op.weight_site] = found->weight;
  }
  return weights;
}

Statistics gather_statistics(const Quantization& quantization, const PtqOptions& options,
                             Progress& progress) {
  if (!options.from_calibration.empty() || !options.merge_calibration.empty()) {
    auto statistics = read_all(options);
    check_same_model(quantization, statistics, options);
    return statistics;
  }
  Loader loader(spec_of_split(options.data, Split::kTrain),
                {.batch_size = options.calibrate.batch_size, .count = options.calibrate.samples});
  int64_t done = 0;
  auto statistics = calibrate(quantization.canonical, quantization.plan, [&]() -> std::vector<at::Tensor> {
    progress.update(done, loader.size(), "");
    auto batch = loader.next();
    if (!batch) return {};
    done += batch->size();
    return std::move(batch->inputs);
  });
  statistics.model_sha256 = quantization.model_sha256;
  return statistics;
}

}  // namespace qtool
