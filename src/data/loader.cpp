#include "data/loader.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

#include "base/error.h"
#include "data/rng.h"
#include "data/sample_reader.h"
#include "data/set_inputs.h"

namespace qtool {
namespace {

constexpr size_t kReadAhead = 2;                  // finished batches that may wait
constexpr uint64_t kAugmentationStream = 0xa046;  // keeps its numbers apart from those of the shuffle

[[noreturn]] void refuse(const std::string& what, const std::string& got, const std::string& expected,
                         const std::string& fix) {
  throw Error(ErrorKind::kUsage, {.what = what, .got = got, .expected = expected, .fix = fix});
}

void check(const LoaderOptions& options) {
  if (options.batch_size < 1)
    refuse("bad batch size", std::to_string(options.batch_size), "at least 1",
           "choose a batch size of 1 or more");
  QTOOL_ASSERT(options.shard.rank >= 0 && options.shard.rank < options.shard.size);
  if (options.augmentation.shift_crop < 0)
    refuse("bad shift_crop", std::to_string(options.augmentation.shift_crop), "pixels, at least 0",
           "write 0 or more");
}

LoaderOptions with_fixed_batch(LoaderOptions options, int64_t batch) {
  if (batch == 0) return options;
  options.batch_size = batch * options.shard.size;
  options.drop_last = true;
  if (options.count >= 0) options.count = std::max(options.count, options.batch_size);
  return options;
}

/// How many samples one pass has.
int64_t count_samples(const LoaderOptions& options, int64_t available, const std::string& path) {
  const int64_t rest = options.first < 0 ? 0 : std::max<int64_t>(0, available - options.first);
  const int64_t count = options.count < 0 ? rest : std::min(options.count, rest);
  if (count == 0)
    throw Error(ErrorKind::kUsage, {.what = "zero samples",
                                    .where = path,
                                    .got = std::to_string(options.count) + " samples from sample " +
                                           std::to_string(options.first) + " on (-1: all)",
                                    .expected = "a part of its " + std::to_string(available) + " samples",
                                    .fix = "ask for samples that the data has"});
  return count;
}

int64_t count_batches(const LoaderOptions& options, int64_t samples, const std::string& path) {
  const int64_t whole = samples / options.batch_size;
  if (!options.drop_last) return whole + (samples % options.batch_size != 0);
  if (whole == 0)
    throw Error(ErrorKind::kUsage,
                {.what = "not one full batch",
                 .where = path,
                 .got = std::to_string(samples) + " samples",
                 .expected = "at least the batch size, " + std::to_string(options.batch_size) +
                             ", as batches that are not full are dropped",
                 .fix = "lower the batch size"});
  return whole;
}

}  // namespace

struct Loader::Impl {
  Impl(const DataSpec& data, std::shared_ptr<Dataset> dataset, const ReaderInputs& readers,
       const LoaderOptions& loader_options)
      : options((check(loader_options), with_fixed_batch(loader_options, data.batch))),
        reader(data, std::move(dataset)),
        set_inputs(data.set, readers, data.path),
        input_order(order_inputs(reader.dataset().input_names(), set_inputs.others(), data.path)),
        samples(count_samples(options, reader.dataset().size(), data.path)),
        batches(count_batches(options, samples, data.path)) {}

  /// Runs in the thread: batches [skip, batches) of pass `epoch`, until asked to stop.
  void read_ahead(const std::stop_token& stop, int64_t epoch, int64_t skip) {
    std::exception_ptr failure;
    try {
      const auto order = order_of(epoch);
      for (int64_t index = skip; index < batches && wait_for_room(stop); ++index) {
        const auto indices = indices_of(order, index);
        if (indices.empty()) continue;
        Batch batch = make_batch(indices, epoch, index);
        const std::lock_guard lock(mutex);
        ready.push_back(std::move(batch));
        changed.notify_all();
      }
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    error = failure;
    at_end = true;
    changed.notify_all();
  }

  [[nodiscard]] bool wait_for_room(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    return changed.wait(lock, stop, [this] { return ready.size() < kReadAhead; }) && !stop.stop_requested();
  }

  /// Of the samples in pass `epoch`; empty: as they come.
  [[nodiscard]] std::vector<int64_t> order_of(int64_t epoch) const {
    return options.shuffle ? shuffled(samples, options.seed, uint64_t(epoch)) : std::vector<int64_t>();
  }

  [[nodiscard]] std::vector<int64_t> indices_of(const std::vector<int64_t>& order, int64_t index) const {
    const int64_t rank = options.shard.rank, parts = options.shard.size;
    const int64_t begin = index * options.batch_size, size = std::min(options.batch_size, samples - begin);
    const auto start = [&](int64_t part) { return size * part / parts; };
    std::vector<int64_t> indices(size_t(start(rank + 1) - start(rank)));
    std::iota(indices.begin(), indices.end(), begin + start(rank));
    for (int64_t& place : indices) place = options.first + (order.empty() ? place : order[size_t(place)]);
    return indices;
  }

  /// Arrays, or their names, as inputs.
  template <class T>
  [[nodiscard]] std::vector<T> ordered(const std::vector<T>& arrays) const {
    if (input_order.arrays.empty()) return arrays;
    std::vector<T> inputs;
    for (const size_t array : input_order.arrays) inputs.push_back(arrays.at(array));
    return inputs;
  }

  [[nodiscard]] Batch make_batch(const std::vector<int64_t>& indices, int64_t epoch, int64_t index) {
    const int64_t part = index * options.shard.size + options.shard.rank;
    Rng rng({options.seed, uint64_t(epoch), uint64_t(part), kAugmentationStream});
    Batch batch = reader.read(indices, options.augmentation, rng);
    auto inputs = ordered(batch.inputs);
    set_inputs.add_to(inputs, int64_t(indices.size()));
    return {std::move(inputs), std::move(batch.targets)};
  }

  void stop() {
    worker = {};  // asks the thread to stop and waits for it
    ready.clear();
    error = nullptr;
    at_end = false;
  }

  LoaderOptions options;
  SampleReader reader;
  SetInputs set_inputs;
  InputOrder input_order;
  int64_t samples, batches;

  std::mutex mutex;
  std::condition_variable_any changed;
  std::deque<Batch> ready;   // guarded by mutex
  std::exception_ptr error;  // guarded by mutex
  bool at_end = false;       // guarded by mutex; nothing comes after what is ready
  std::jthread worker;       // the last member: joined before the others go
};

Loader::Loader(const DataSpec& spec, const ReaderInputs& readers, const LoaderOptions& options)
    : Loader(spec, open_dataset(spec), readers, options) {}
Loader::Loader(const DataSpec& spec, std::shared_ptr<Dataset> dataset, const ReaderInputs& readers,
               const LoaderOptions& options)
    : impl_(std::make_unique<Impl>(spec, std::move(dataset), readers, options)) {}
Loader::~Loader() = default;

std::string Loader::name() const { return to_string(impl_->reader.spec()); }
int64_t Loader::size() const {
  return impl_->options.drop_last ? impl_->batches * impl_->options.batch_size : impl_->samples;
}
int64_t Loader::batches() const { return impl_->batches; }
bool Loader::has_targets() const { return impl_->reader.dataset().has_targets(); }
at::Tensor Loader::labels() {
  impl_->stop();  // one reader at a time
  return impl_->reader.dataset().labels();
}
std::vector<std::string> Loader::input_names() const {
  auto names = impl_->ordered(impl_->reader.dataset().input_names());
  impl_->set_inputs.add_to(names);
  return names;
}

std::vector<std::string> Loader::notes() const { return impl_->reader.dataset().notes(); }

std::vector<std::string> Loader::warnings() const {
  std::vector<std::string> warnings;
  if (!impl_->input_order.warning.empty()) warnings.push_back(impl_->input_order.warning);
  return warnings;
}

std::string Loader::name_of(int64_t index) const { return impl_->reader.dataset().name_of(index); }

std::string Loader::name_of(int64_t epoch, int64_t batch, int64_t place) const {
  const auto indices = impl_->indices_of(impl_->order_of(epoch), batch);
  return name_of(indices.at(size_t(place)));
}

void Loader::start(int64_t epoch, int64_t skip) {
  QTOOL_ASSERT(epoch >= 0 && skip >= 0);
  impl_->stop();
  impl_->worker = std::jthread([impl = impl_.get(), epoch, skip](const std::stop_token& stop) {
    impl->read_ahead(stop, epoch, skip);
  });
}

std::optional<Batch> Loader::next() {
  if (!impl_->worker.joinable()) start();
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [this] { return !impl_->ready.empty() || impl_->at_end; });
  if (impl_->ready.empty()) {
    if (impl_->error) std::rethrow_exception(impl_->error);
    return {};
  }
  std::optional<Batch> batch(std::move(impl_->ready.front()));
  impl_->ready.pop_front();
  impl_->changed.notify_all();
  return batch;
}

}  // namespace qtool
