#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/input_order.h"

namespace qtool {

/// Changes of the training images that keep their label. Each draws from the loader's seeded generator.
struct Augmentation {
  bool flip = false;  ///< mirror left-right, one in two
  int64_t shift_crop =
      0;  ///< pad by this many pixels (zeros, before normalisation), crop back at a random place
};

/// Which part of each batch is read, where `size` processes share the data: one after the other.
struct Shard {
  int64_t rank = 0, size = 1;
};

struct LoaderOptions {
  int64_t batch_size = 128;  ///< of all parts together
  bool shuffle = false;
  bool drop_last = false;  ///< leave out a last batch that is not full
  uint64_t seed = 0;
  Augmentation augmentation = {};
  int64_t first = 0;   ///< first sample of the data that is used
  int64_t count = -1;  ///< how many from there; -1: all; where the data ends before, what there is
  Shard shard = {};
};

/// Batches ready for the model: float32 images, normalised, resized and cropped as the spec says. One thread
/// reads ahead, at most two finished batches wait, so memory does not grow with the data. `limit` of the spec
/// cuts the data first, `first` and `count` choose from what it leaves; its `batch` stands above all that is said of
/// batches: with several parts, of one part. A part in which a short last batch leaves no sample is not given.
///
/// Pictures become float32 in [0, 1] before mean and std, arrays stay as they are stored unless the spec says otherwise
/// (data/transform.h). Inputs come in the order of the models that read them (data/input_order.h).
class Loader {
 public:
  /// Opens the data for models with these inputs; none: arrays come in the order of the file. The first batch is read
  /// after start() or next(). Throws Error(kUsage) where the data is missing or damaged, does not have what the models
  /// take, or the options leave no sample.
  Loader(const DataSpec& spec, const ReaderInputs& readers, const LoaderOptions& options);
  /// The same, of data that is open already: what `spec` names.
  Loader(const DataSpec& spec, std::shared_ptr<Dataset> dataset, const ReaderInputs& readers,
         const LoaderOptions& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  [[nodiscard]] std::string name() const;  ///< what messages call the data: its spec
  [[nodiscard]] int64_t size() const;  ///< samples in one pass of all parts, less what drop_last leaves out
  [[nodiscard]] int64_t batches() const;  ///< batches in one pass
  [[nodiscard]] bool has_targets() const;
  /// Labels of the whole data in its order, also of what this loader leaves out (Dataset::labels). Ends a pass under
  /// way.
  [[nodiscard]] at::Tensor labels();
  /// Names that the data gives (Dataset::input_names), in the order of Batch::inputs.
  [[nodiscard]] std::vector<std::string> input_names() const;
  /// Where the data may be understood in another way than it is meant.
  [[nodiscard]] std::vector<std::string> warnings() const;
  [[nodiscard]] std::vector<std::string> notes() const;  ///< see Dataset::notes

  /// What messages call a sample of the whole data: see Dataset::name_of.
  [[nodiscard]] std::string name_of(int64_t index) const;
  /// What messages call the sample at `place` of batch `batch` of pass `epoch`: see Dataset::name_of.
  [[nodiscard]] std::string name_of(int64_t epoch, int64_t batch, int64_t place) const;

  /// Starts pass `epoch` at batch `skip` of it; order and augmentation depend on seed, epoch, batch index
  /// and part only, so a resumed pass sees what an uninterrupted one would have seen.
  void start(int64_t epoch = 0, int64_t skip = 0);
  /// The next batch, or nothing at the end of the pass. Starts pass 0 where start() was not called. An error
  /// of the reading thread is thrown here.
  [[nodiscard]] std::optional<Batch> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qtool
