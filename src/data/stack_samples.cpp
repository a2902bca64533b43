#include "data/stack_samples.h"

#include <ATen/ops/stack.h>

#include "base/error.h"
#include "base/names.h"

namespace qtool {

at::Tensor stack_samples(const std::vector<at::Tensor>& samples, const std::vector<std::string>& names) {
  QTOOL_ASSERT(!samples.empty() && samples.size() == names.size());
  for (size_t i = 1; i < samples.size(); ++i)
    if (samples[i].sizes() != samples[0].sizes())
      throw Error(ErrorKind::kUsage,
                  {.what = "images differ in size",
                   .where = names[i],
                   .got = shape_text(samples[i].sizes()),
                   .expected = shape_text(samples[0].sizes()) + ", as in " + names[0],
                   .fix = "make them one size with resize=S,crop=S, e.g. resize=256,crop=224"});
  return at::stack(samples);
}

std::string shape_text(at::IntArrayRef shape) {
  std::vector<std::string> words;
  for (const int64_t extent : shape) words.push_back(std::to_string(extent));
  return "[" + join(words) + "]";
}

}  // namespace qtool
