#include "job/qat_start.h"

#include "job/delivery.h"
#include "measure/resources.h"
#include "report/sha256.h"
#include "simulate/strip_fake_quant.h"
#include "train/data_shape.h"
#include "train/zoo.h"

namespace qtool {
namespace {

constexpr const char* kFloatName = "model.float.pt";
constexpr const char* kZoo = "zoo:";

Model build(const QatOptions& options, const CommonOptions& common) {
  const DataShape shape = data_shape(parse_data_spec(options.data));
  const auto name = options.model.substr(std::string(kZoo).size());
  return build_zoo(name, shape.input, shape.classes, static_cast<uint64_t>(common.seed));
}

}  // namespace

bool is_from_scratch(const QatOptions& options) { return options.model.starts_with(kZoo); }

QatStart begin_qat(const QatOptions& options, const CommonOptions& common) {
  if (is_from_scratch(options)) {
    auto model = build(options, common);
    const auto path = in_folder(options.output, kFloatName);
    model.save(path);
    return {begin_quantization(std::move(model), path, options.recipe, options.engine), {}};
  }
  auto model = Model::load(options.model);
  if (!has_fake_quant(model))
    return {begin_quantization(std::move(model), options.model, options.recipe, options.engine), {}};
  auto stripped = strip_fake_quant(model);
  return {begin_quantization(std::move(stripped.model), options.model, options.recipe, options.engine),
          std::move(stripped.grids)};
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
  const auto path = in_folder(options.output, kFloatName);
  canonical.save(path);
  quantization.original = Model::load(path);
  quantization.canonical = canonical.clone();
  quantization.model_sha256 = sha256_file(path);
  quantization.model_bytes = file_bytes(path);
}

}  // namespace qtool
