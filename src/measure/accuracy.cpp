#include "measure/accuracy.h"

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <sstream>
#include <utility>

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

}  // namespace

bool is_logits(const at::Tensor& output) {
  return output.dim() == 2 && output.is_floating_point() && output.size(1) >= 2;
}

std::optional<std::string> label_warning(const Accuracy& accuracy) {
  const auto won = double(accuracy.right_from_one - accuracy.top1_right);
  if (accuracy.has_zero || won <= 3 * std::sqrt(double(accuracy.samples)) + 1) return std::nullopt;
  return "no label is 0, and of " + std::to_string(accuracy.samples) + " samples " +
         std::to_string(accuracy.right_from_one) + " are right where labels count from 1, " +
         std::to_string(accuracy.top1_right) +
         " where they count from 0, as they should: subtract 1 from the labels";
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

void AccuracyMeter::add(const at::Tensor& output, const at::Tensor& labels) {
  check_logits(output, labels, where_);
  const int64_t classes = output.size(1);
  const auto name_of = [&](int64_t i) { return "sample " + std::to_string(accuracy_.samples + i); };
  check_labels(labels, classes, name_of, where_);
  const at::Tensor rows = output.detach().to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor targets = labels.to(at::kCPU).contiguous();
  const float* row = rows.data_ptr<float>();
  const int64_t* label = targets.data_ptr<int64_t>();
  for (int64_t i = 0; i < rows.size(0); ++i, row += classes) {
    const int64_t rank = rank_of(row, classes, label[i]);
    accuracy_.top1_right += rank == 0;
    accuracy_.top5_right += rank < 5;
    accuracy_.has_zero = accuracy_.has_zero || label[i] == 0;
    accuracy_.right_from_one += label[i] > 0 && rank_of(row, classes, label[i] - 1) == 0;
    right_.push_back(rank == 0);
  }
  accuracy_.samples += rows.size(0);
}

Accuracy accuracy(Model& model, Loader& loader) {
  if (!loader.has_labels() || loader.size() == 0)
    throw Error(ErrorKind::kUsage, {.what = "accuracy needs labelled samples",
                                    .got = std::to_string(loader.size()) + " samples" +
                                           (loader.has_labels() ? "" : " without labels"),
                                    .expected = "at least one sample with a label",
                                    .fix = "give data with labels"});
  const at::NoGradGuard no_grad;
  AccuracyMeter meter("the model");
  loader.start();
  while (const auto batch = loader.next()) meter.add(model.forward(batch->inputs).at(0), batch->targets.at(0));
  return meter.accuracy();
}

}  // namespace qtool
