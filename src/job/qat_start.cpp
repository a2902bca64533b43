#include "job/qat_start.h"

#include "job/delivery.h"
#include "job/gate_labels.h"
#include "job/open_model.h"
#include "job/staging_folder.h"
#include "job/written_model.h"

namespace qtool {
namespace {

constexpr const char* kFloatName = "model.float.pt";

}  // namespace

QatStart begin_qat(const QatOptions& options, const CommonOptions& common) {
  auto opened = open_float_model(options.model, options.data, common.seed);
  check_gates_have_classes(options, opened.model);
  auto file = is_zoo(options.model) ? FileIdentity() : identity_of(options.model);
  return {begin_quantization(std::move(opened.model), std::move(file), options.recipe, options.engine),
          std::move(opened.grids)};
}

std::vector<QParams> with_known_grids(std::vector<QParams> solved, const QatStart& start,
                                      const QuantPlan& plan) {
  for (size_t i = 0; i < solved.size(); ++i) {
    const auto known = start.grids.find(plan.sites[i].name);
    if (known != start.grids.end() && known->second.scheme() == plan.sites[i].scheme)
      solved[i] = known->second;
  }
  return solved;
}

void adopt_trained_float(Quantization& quantization, const Model& canonical, const QatOptions& options) {
  const StagingFolder staging(options.output);
  canonical.save(staging.path(kFloatName));
  quantization.original = load_back(staging.path(kFloatName), options.model);
  quantization.canonical = canonical.clone();
  quantization.file = identity_of(staging.path(kFloatName));
  staging.publish({kFloatName});
}

}  // namespace qtool
