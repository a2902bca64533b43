#include "measure/user_metric.h"

#include <cctype>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/error.h"
#include "graph/read/torchscript.h"
#include "graph/user_module.h"
#include "measure/answer_shapes.h"

namespace qtool {
namespace {

/// On the CPU, and no part of a graph of gradients.
TensorList plain(const std::vector<at::Tensor>& tensors) {
  TensorList all;
  for (const auto& tensor : tensors) all.push_back(tensor.detach().to(at::kCPU));
  return all;
}

std::optional<std::string> warning_of(const UserModule& module, const std::string& got) {
  return "the metric of " + module.where() + " gave " + got + ", which is no number";
}

class ValueOfSamples : public MeanOfSamples {
 public:
  ValueOfSamples(const UserModule& module, std::string where) : module_(module), where_(std::move(where)) {}

  void add(const Answers& batch) override {
    const at::Tensor given = module_.call("forward", {plain(batch.outputs), plain(batch.targets)});
    const int64_t samples = batch.targets.at(0).size(0);
    if (!given.defined() || given.dim() != 1 || given.numel() != samples) refuse(batch, given, samples);
    const at::Tensor values = given.detach().to(at::kCPU, at::kDouble).contiguous();
    for (int64_t i = 0; i < samples; ++i) {
      const double value = values.data_ptr<double>()[i];
      if (!std::isfinite(value) && first_bad_ < 0) first_bad_ = seen();
      add_sample(value);
    }
  }
  [[nodiscard]] std::optional<std::string> warning() const override {
    if (first_bad_ < 0) return std::nullopt;
    return warning_of(
        module_, std::to_string(samples()[size_t(first_bad_)]) + " for sample " + std::to_string(first_bad_));
  }

 private:
  [[noreturn]] void refuse(const Answers& batch, const at::Tensor& given, int64_t samples) const {
    throw Error(ErrorKind::kUsage,
                {.what = "the metric's forward() gives no value for each sample",
                 .where = module_.where() + ", on " + where_,
                 .got = (given.defined() ? type_and_shape(given) : std::string("None")) + " for " +
                        first_shapes(batch),
                 .expected = "a Tensor [" + std::to_string(samples) + "]",
                 .fix = "return a value for each sample; a metric that has none has update() and compute()"});
  }

  UserModule module_;
  std::string where_;
  int64_t first_bad_ = -1;
};

class Computed : public Metric {
 public:
  explicit Computed(const UserModule& module) : module_(module) {}

  void add(const Answers& batch) override {
    (void)module_.call("update", {plain(batch.outputs), plain(batch.targets)});
    has_any_ = true;
  }
  [[nodiscard]] double value() const override {
    if (!has_any_) return std::numeric_limits<double>::quiet_NaN();
    const at::Tensor value = module_.call("compute", {});
    if (value.defined() && value.numel() == 1) return value.item<double>();
    throw Error(ErrorKind::kUsage, {.what = "the metric's compute() gives no number",
                                    .where = module_.where(),
                                    .got = value.defined() ? type_and_shape(value) : "None",
                                    .expected = "one number, as a Tensor or a float",
                                    .fix = "change compute() in Python, and save the module again"});
  }
  [[nodiscard]] std::optional<std::string> warning() const override {
    const double all = value();
    return std::isfinite(all) ? std::nullopt : warning_of(module_, std::to_string(all));
  }

 private:
  UserModule module_;
  bool has_any_ = false;
};

/// The file's name without its ending, as a key.
std::string key_of(const std::string& path) {
  std::string key = std::filesystem::path(path).stem().string();
  for (char& c : key)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-') c = '_';
  for (const auto& kind : metrics())
    if (kind.info.name == key) return key + "_pt";
  return key;
}

[[noreturn]] void refuse_module(const std::string& path, const std::string& what, const std::string& got,
                                const std::string& expected, const std::string& fix) {
  throw Error(ErrorKind::kUsage, {.what = what, .where = path, .got = got, .expected = expected, .fix = fix});
}

/// Whether the module is one of update() and compute().
bool is_computed(const UserModule& module) {
  const bool updates = module.has("update"), computes = module.has("compute");
  if (updates && computes) return true;
  if (updates || computes || !module.has("forward"))
    refuse_module(module.where(), "the metric's module lacks a method",
                  updates    ? "update(), and no compute()"
                  : computes ? "compute(), and no update()"
                             : "neither update() and compute() nor forward()",
                  "update(self, outputs, targets) and compute(self), or forward(self, outputs, targets)",
                  "add the method, with @torch.jit.export above update() and compute()");
  return false;
}

Better direction_of(const UserModule& module) {
  const auto higher = module.flag("higher_is_better");
  if (!higher)
    refuse_module(module.where(), "the metric does not say which way is better",
                  "no attribute 'higher_is_better'", "higher_is_better, True or False",
                  "set self.higher_is_better in __init__(), and save the module again");
  return *higher ? Better::kHigher : Better::kLower;
}

}  // namespace

std::shared_ptr<const MetricKind> user_metric(const std::string& path) {
  const UserModule module = read_user_module(path);
  const bool computed = is_computed(module);
  module.check_arguments(computed ? "update" : "forward", {"outputs", "targets"});
  if (computed) module.check_arguments("compute", {});
  const std::string key = key_of(path);
  MetricKind kind{.info = {.name = key,
                           .title = module.text("title").value_or(key),
                           .unit = module.text("unit").value_or(""),
                           .better = direction_of(module),
                           .against = Against::kTargets}};
  kind.make = [module, computed](const std::string& where) -> std::unique_ptr<Metric> {
    if (computed) return std::make_unique<Computed>(module.fresh());
    return std::make_unique<ValueOfSamples>(module.fresh(), where);
  };
  kind.resampled = computed;
  return std::make_shared<const MetricKind>(std::move(kind));
}

}  // namespace qtool
