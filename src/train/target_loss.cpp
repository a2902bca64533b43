#include "train/target_loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>

#include <algorithm>

#include "base/error.h"
#include "graph/read/torchscript.h"
#include "measure/answer_shapes.h"
#include "measure/class_map.h"
#include "measure/classes.h"
#include "measure/mean_error.h"

namespace qtool {
namespace {

constexpr const char* kFlag = "--loss";
constexpr int64_t kIgnored = -1;  // as class_map() has it

/// The axis of the first output that holds classes: by the shape of the first target; nothing where they do not fit.
std::optional<int64_t> class_axis(const Answers& answers) {
  if (answers.targets.empty()) return std::nullopt;
  const at::Tensor &scores = answers.outputs.at(0), &targets = answers.targets[0];
  for (const int64_t axis : {int64_t(1), scores.dim() - 1})
    if (axis > 0 && is_class_map(targets, scores, axis)) return axis;
  return std::nullopt;
}

at::Tensor cross_entropy(const Answers& answers, int64_t axis, double smoothing) {
  const at::Tensor scores = answers.outputs[0].movedim(axis, -1).flatten(0, -2);
  const at::Tensor classes = class_map(answers.targets[0], scores.size(1), "training data", 0).flatten();
  if (classes.lt(0).all().item<bool>()) return scores.sum() * 0;
  return at::cross_entropy_loss(scores, classes, {}, at::Reduction::Mean, kIgnored, smoothing);
}

at::Tensor squared_error(const Answers& answers) {
  const at::Tensor& target = answers.targets[0];
  return answers.outputs[0].reshape(target.sizes()).sub(target).square().mean();
}

at::Tensor own_loss(const UserModule& own, const Answers& answers) {
  const at::Tensor loss = own.call("forward", {answers.outputs, answers.targets});
  if (loss.defined() && loss.is_floating_point() && loss.numel() == 1) return loss.reshape({});
  throw Error(ErrorKind::kUsage, {.what = "the loss's forward() gives no number",
                                  .where = own.where(),
                                  .got = loss.defined() ? type_and_shape(loss) : "None",
                                  .expected = "a Tensor with one floating-point number",
                                  .fix = "return the mean over the samples"});
}

[[noreturn]] void refuse(const Answers& answers, const std::string& what, const std::string& expected) {
  throw Error(
      ErrorKind::kUsage,
      {.what = what,
       .where = kFlag,
       .got = first_shapes(answers),
       .expected = expected,
       .fix = "--loss distillation learns from another model's answers, --loss FILE.pt by a loss of your "
              "own"});
}

}  // namespace

at::Tensor TargetLoss::operator()(const std::vector<at::Tensor>& outputs,
                                  const std::vector<at::Tensor>& targets) const {
  const Answers answers{outputs, targets, {}};
  if (own) return own_loss(*own, answers);
  if (const auto axis = class_axis(answers); axis && kind != TargetLossKind::kMse)
    return cross_entropy(answers, *axis, label_smoothing);
  if (kind == TargetLossKind::kCrossEntropy)
    refuse(
        answers, "cross entropy does not apply",
        "a first output [samples, classes, ...] or [samples, ..., tokens], and targets without that axis in "
        "whole numbers");
  if (!targets.empty() && has_errors(answers)) return squared_error(answers);
  if (kind == TargetLossKind::kMse) refuse(answers, "the mean squared error does not apply", kSameShape);
  refuse(answers, "no loss applies to these outputs and targets",
         "what cross entropy or a squared error is made for");
}

bool TargetLoss::is_of_labels(const std::vector<at::Tensor>& outputs,
                              const std::vector<at::Tensor>& targets) const {
  return !own && kind.value_or(TargetLossKind::kCrossEntropy) == TargetLossKind::kCrossEntropy &&
         !targets.empty() && are_labels(targets[0]) && is_logits(outputs.at(0)) &&
         targets[0].size(0) == outputs[0].size(0);
}

TargetLoss choose_loss(const std::string& text, double label_smoothing) {
  TargetLoss loss{.label_smoothing = label_smoothing};
  const auto known = names_of<TargetLossKind>();
  if (text.empty()) return loss;
  if (std::find(known.begin(), known.end(), text) != known.end()) {
    loss.kind = parse_name<TargetLossKind>(text, kFlag);
    return loss;
  }
  if (!text.ends_with(".pt") && text.find('/') == std::string::npos)
    throw Error(ErrorKind::kUsage, {.what = "unknown loss '" + text + "'" + did_you_mean(text, known),
                                    .where = kFlag,
                                    .got = text,
                                    .expected = "one of " + join(known) + ", or a TorchScript file FILE.pt",
                                    .fix = "write one of these names"});
  loss.own = std::make_shared<const UserModule>(read_user_module(text));
  if (!loss.own->has("forward"))
    throw Error(ErrorKind::kUsage, {.what = "the loss's module lacks a method",
                                    .where = text,
                                    .got = "no forward()",
                                    .expected = "forward(self, outputs, targets)",
                                    .fix = "script a module that has it, and save it again"});
  loss.own->check_arguments("forward", {"outputs", "targets"});
  return loss;
}

}  // namespace qtool
