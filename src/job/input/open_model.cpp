#include "job/input/open_model.h"

#include "base/error.h"
#include "graph/read/read_model.h"
#include "qat/strip_fake_quant.h"
#include "train/data_shape.h"
#include "zoo/zoo.h"

namespace qtool {
Model open_model(const std::string& model, JobData& data, int64_t seed) {
  if (!is_zoo(model)) return read_model(model);
  if (!data.is_given())
    throw Error(ErrorKind::kUsage, {.what = "a built-in network is built for some data",
                                    .where = model,
                                    .got = "no --data",
                                    .expected = "--data SPEC, whose shape and classes it takes",
                                    .fix = "e.g. --data idx:/usr/share/datasets/fashion-mnist"});
  auto samples = data.loader(Split::kTrain, {}, {.batch_size = 1});
  const DataShape shape = data_shape(samples);
  return build_zoo(model.substr(kZoo.size()), shape.input, shape.classes, static_cast<uint64_t>(seed));
}

FloatModel open_float_model(const std::string& model, JobData& data, int64_t seed) {
  auto opened = open_model(model, data, seed);
  if (!has_fake_quant(opened)) return {std::move(opened)};
  auto stripped = strip_fake_quant(opened);
  return {std::move(stripped.model), std::move(stripped.grids)};
}

}  // namespace qtool
