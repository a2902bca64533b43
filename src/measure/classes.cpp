#include "measure/classes.h"

#include <sstream>

#include "base/error.h"

namespace qtool {
namespace {

std::string shape_text(const at::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.sizes();
  return text.str();
}

/// How many classes the row puts before `label`. Written so that a NaN on either side counts as before it.
int64_t rank_of(const float* row, int64_t classes, int64_t label) {
  int64_t rank = 0;
  for (int64_t i = 0; i < classes; ++i) {
    const bool after = i < label ? row[i] < row[label] : row[i] <= row[label];
    rank += !after;
  }
  return rank;
}

/// Throws Error(kUsage) where `output` is not floating point [N, classes] with N labels.
void check_logits(const at::Tensor& output, const at::Tensor& labels, const std::string& where) {
  if (output.dim() == 2 && output.is_floating_point() && output.size(0) == labels.numel()) return;
  throw Error(ErrorKind::kUsage,
              {.what = "the model's output is not one number for each class",
               .where = where,
               .got = std::string(output.is_floating_point() ? "" : "integer ") + shape_text(output) +
                      " for " + std::to_string(labels.numel()) + " samples",
               .expected = "float [" + std::to_string(labels.numel()) + ", classes]",
               .fix = "labels can be used with classifiers only; for other models leave the labels out"});
}

}  // namespace

bool is_logits(const at::Tensor& output) {
  return output.dim() == 2 && output.is_floating_point() && output.size(1) >= 2;
}

bool are_labels(const at::Tensor& target) {
  return target.dim() == 1 && c10::isIntegralType(target.scalar_type(), /*includeBool=*/false);
}

void check_labels(const at::Tensor& labels, int64_t classes,
                  const std::function<std::string(int64_t)>& name_of, const std::string& where) {
  const at::Tensor values = labels.contiguous();
  const int64_t* label = values.data_ptr<int64_t>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    if (label[i] >= 0 && label[i] < classes) continue;
    throw Error(ErrorKind::kUsage, {.what = "a label lies outside the model's classes",
                                    .where = where,
                                    .got = "label " + std::to_string(label[i]) + " at " + name_of(i),
                                    .expected = "labels from 0 to " + std::to_string(classes - 1) +
                                                ": the model has " + std::to_string(classes) + " classes",
                                    .fix = "check that the data and the model belong together"});
  }
}

std::vector<int64_t> ranks_of_labels(const at::Tensor& output, const at::Tensor& labels,
                                     const std::string& where, int64_t first_sample) {
  check_logits(output, labels, where);
  const int64_t classes = output.size(1);
  const auto name_of = [&](int64_t i) { return "sample " + std::to_string(first_sample + i); };
  check_labels(labels, classes, name_of, where);
  const at::Tensor rows = output.detach().to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor targets = labels.to(at::kCPU).contiguous();
  const float* row = rows.data_ptr<float>();
  const int64_t* label = targets.data_ptr<int64_t>();
  std::vector<int64_t> ranks;
  for (int64_t i = 0; i < rows.size(0); ++i, row += classes) ranks.push_back(rank_of(row, classes, label[i]));
  return ranks;
}

}  // namespace qtool
