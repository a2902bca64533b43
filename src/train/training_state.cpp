#include "train/training_state.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <span>
#include <sstream>

#include "base/error.h"
#include "options/option_tree.h"
#include "train/checkpoint.h"

namespace qtool {
namespace {

[[noreturn]] void not_this_run(const std::string& where, const std::string& got,
                               const std::string& expected) {
  throw Error(ErrorKind::kUsage,
              {.what = "the checkpoint belongs to another run",
               .where = where,
               .got = got,
               .expected = expected,
               .fix = "resume with the options of that run, or start again without resume"});
}

at::Tensor numbers_tensor(const std::vector<double>& numbers) {
  at::Tensor tensor = at::empty({int64_t(numbers.size())}, at::kDouble);
  std::copy(numbers.begin(), numbers.end(), tensor.data_ptr<double>());
  return tensor;
}

constexpr size_t kNumbersOfEpoch = 6;

/// Both directions of the state as a list of numbers, in one place. Whole numbers fit a double up to 2^53.
struct Packer {
  std::vector<double> numbers;
  void operator()(int64_t value) { numbers.push_back(double(value)); }
  void operator()(double value) { numbers.push_back(value); }
  void check_rest(int64_t) const {}
};
class Unpacker {
 public:
  Unpacker(std::span<const double> numbers, const std::string& path) : numbers_(numbers), path_(path) {}
  void operator()(double& value) {
    if (numbers_.empty()) damaged();
    value = numbers_.front();
    numbers_ = numbers_.subspan(1);
  }
  void operator()(int64_t& value) {
    double number = 0;
    (*this)(number);
    if (!(std::abs(number) <= 0x1p53)) damaged();
    value = int64_t(number);
  }
  /// Before memory is taken for the epochs: the numbers of as many must be there, and nothing else.
  void check_rest(int64_t epochs) const {
    if (epochs < 0 || numbers_.size() % kNumbersOfEpoch != 0 ||
        size_t(epochs) != numbers_.size() / kNumbersOfEpoch)
      damaged();
  }

 private:
  [[noreturn]] void damaged() const {
    not_this_run(path_, "numbers that are no state of training", "those that qtool has written");
  }
  std::span<const double> numbers_;
  const std::string& path_;
};
template <class Visitor>
void visit_numbers(Visitor& v, TrainingState& s) {
  v(s.epoch), v(s.batch), v(s.step), v(s.loss_sum), v(s.score_sum), v(s.samples);
  v(s.best_epoch.kept), v(s.best_epoch.highest), v(s.best_epoch.highest_score);
  v(s.lowest_loss), v(s.rate_factor), v(s.retries);
  v.check_rest(s.epoch);
  s.history.resize(size_t(s.epoch));
  for (auto& e : s.history)
    v(e.epoch), v(e.loss), v(e.score), v(e.validation_score), v(e.learning_rate), v(e.seconds);
}

void check_identity(const std::string& path, const std::string& stored, const std::string& current) {
  std::istringstream old_lines(stored), new_lines(current);
  std::string old_line, new_line;
  while (std::getline(new_lines, new_line)) {
    std::getline(old_lines, old_line);
    if (old_line != new_line) not_this_run(path, old_line, new_line);
  }
}

/// The tensors whose names begin with `prefix`.
std::vector<NamedTensor> take(const std::vector<NamedTensor>& tensors, const std::string& prefix) {
  std::vector<NamedTensor> taken;
  for (const auto& entry : tensors)
    if (entry.name.rfind(prefix, 0) == 0) taken.push_back(entry);
  return taken;
}

at::Tensor find(const std::vector<NamedTensor>& tensors, const std::string& name, const std::string& path) {
  const auto found = take(tensors, name);
  if (found.empty()) not_this_run(path, "no entry '" + name + "'", "a checkpoint of training");
  return found[0].tensor;
}

std::vector<NamedTensor> live_tensors(const Model& model, const Optimizer& optimizer) {
  std::vector<NamedTensor> tensors = model_tensors(model);
  for (auto& entry : optimizer.state()) tensors.push_back(std::move(entry));
  return tensors;
}

constexpr const char* kFormat = "3";  // of checkpoints: another one where other numbers or tensors are stored
constexpr const char* kIdentity = "run/identity";
constexpr const char* kNumbers = "run/numbers";
constexpr const char* kMetric = "run/metric";
constexpr const char* kRandom = "run/random_state";
constexpr const char* kBest = "best/";

}  // namespace

std::vector<NamedTensor> model_tensors(const Model& model) {
  std::vector<NamedTensor> tensors = model.parameters();
  for (auto& buffer : model.buffers()) tensors.push_back(std::move(buffer));
  for (auto& entry : tensors) entry.name = "model/" + entry.name;
  return tensors;
}

std::vector<NamedTensor> copies_of(const std::vector<NamedTensor>& tensors) {
  std::vector<NamedTensor> copies;
  for (const auto& entry : tensors) copies.push_back({entry.name, entry.tensor.detach().clone()});
  return copies;
}

void copy_into(const std::vector<NamedTensor>& targets, const std::vector<NamedTensor>& values,
               const std::string& where) {
  const at::NoGradGuard no_grad;
  if (targets.size() != values.size())
    not_this_run(where, std::to_string(values.size()) + " tensors", std::to_string(targets.size()));
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto& [name, target] = targets[i];
    if (name != values[i].name) not_this_run(where, values[i].name, name);
    if (target.sizes() != values[i].tensor.sizes()) not_this_run(where, name + " of another shape", name);
    target.copy_(values[i].tensor);
  }
}

void take_snapshot(const TrainingState& state, const Model& model, const Optimizer& optimizer,
                   Snapshot& snapshot) {
  const auto tensors = live_tensors(model, optimizer);
  if (snapshot.tensors.empty())
    snapshot.tensors = copies_of(tensors);
  else
    copy_into(snapshot.tensors, tensors, "memory");
  snapshot.state = state;
  snapshot.random_state = at::detail::getDefaultCPUGenerator().get_state();
}

void restore(const Snapshot& snapshot, const Model& model, const Optimizer& optimizer,
             const std::string& where) {
  copy_into(live_tensors(model, optimizer), snapshot.tensors, where);
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  generator.set_state(snapshot.random_state);
}

void save_checkpoint(const std::string& path, const Snapshot& snapshot, const std::string& identity) {
  std::vector<NamedTensor> tensors = snapshot.tensors;
  for (const auto& [name, tensor] : snapshot.state.best) tensors.push_back({kBest + name, tensor});
  Packer packer;
  TrainingState copy = snapshot.state;
  visit_numbers(packer, copy);
  tensors.push_back({kNumbers, numbers_tensor(packer.numbers)});
  tensors.push_back({kRandom, snapshot.random_state});
  tensors.push_back({kIdentity, text_tensor(identity)});
  tensors.push_back({kMetric, text_tensor(snapshot.state.metric)});
  save_tensors(path, tensors);
}

Snapshot load_checkpoint(const std::string& path, const std::string& identity) {
  const std::vector<NamedTensor> tensors = load_named_tensors(path);
  check_identity(path, tensor_text(find(tensors, kIdentity, path)), identity);
  Snapshot snapshot{.tensors = take(tensors, "model/"), .random_state = find(tensors, kRandom, path)};
  for (auto& entry : take(tensors, "optimizer/")) snapshot.tensors.push_back(std::move(entry));
  const at::Tensor numbers = find(tensors, kNumbers, path);
  if (numbers.scalar_type() != at::kDouble || !numbers.is_contiguous())
    not_this_run(path, "numbers of another type", "float64");
  Unpacker unpacker({numbers.data_ptr<double>(), size_t(numbers.numel())}, path);
  visit_numbers(unpacker, snapshot.state);
  snapshot.state.metric = tensor_text(find(tensors, kMetric, path));
  snapshot.state.best = take(tensors, kBest);
  for (auto& entry : snapshot.state.best) entry.name.erase(0, std::string(kBest).size());
  return snapshot;
}

std::string run_identity(const TrainTask& task, TrainOptions options) {
  std::string identity = std::string("format: ") + kFormat + "\ndata: " + to_string(task.data) +
                         "\nseed: " + std::to_string(options.seed) + "\n";
  for (const auto& field : option_tree(options).fields)
    if (field.key != "resume" && field.key != "checkpoint_every")
      identity += field.key + ": " + join(field.get()) + "\n";
  if (!options.metric.empty()) identity += "metric: " + options.metric + "\n";
  return identity + "teacher: " + (task.teacher ? "yes" : "no") + "\n" + task.identity;
}

}  // namespace qtool
