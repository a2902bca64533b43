#include "job/qat_start.h"

#include "job/files/job_folder.h"
#include "job/files/staging_folder.h"
#include "job/files/written_model.h"
#include "job/input/open_model.h"
#include "job/road/gate_labels.h"
#include "job/road/settle_types.h"
#include "zoo/zoo.h"

namespace qtool {
namespace {

void refuse_grids_of_run_time(const QuantPlan& plan) {
  for (const auto& op : plan.operators)
    if (op.precision == Precision::kDynamic)
      throw Error(ErrorKind::kUsage, {.what = "qat trains grids that are known before, and weights",
                                      .where = op.name,
                                      .got = "mode dynamic",
                                      .expected = "static or weight-only",
                                      .fix = "quantize in mode dynamic with qtool ptq"});
}

}  // namespace

QatStart begin_qat(const QatOptions& options, const CommonOptions& common, JobData& data) {
  auto opened = open_float_model(options.model, data, common.seed);
  settle_types(opened.model, data);
  check_metrics_apply(options, data, opened.model);
  auto file = is_zoo(options.model) ? FileIdentity() : identity_of(options.model);
  auto start = begin_quantization(std::move(opened.model), std::move(file), options.recipe,
                                  targets_named(options.target), options.engine, /*is_trained=*/true);
  refuse_grids_of_run_time(start.plan);
  return {std::move(start), std::move(opened.grids)};
}

Solution with_known_grids(Solution solved, const std::map<std::string, QParams>& known) {
  for (size_t i = 0; i < solved.qparams.size(); ++i) {
    const auto& site = solved.plan.sites[i];
    const auto grid = known.find(site.name);
    if (grid != known.end() && grid->second.scheme() == site.scheme) solved.qparams[i] = grid->second;
  }
  return solved;
}

void adopt_trained_float(Quantization& quantization, const Model& canonical, const QatOptions& options) {
  const StagingFolder staging(options.output);
  canonical.save(staging.path(kFloatFile));
  quantization.original = load_back(staging.path(kFloatFile), options.model);
  quantization.canonical = canonical.clone();
  quantization.graph = view(quantization.canonical);
  quantization.file = identity_of(staging.path(kFloatFile));
  staging.publish({kFloatFile});
}

}  // namespace qtool
