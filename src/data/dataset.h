#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/batch.h"
#include "data/spec.h"

namespace qtool {

/// Samples by index, as stored (before transforms). Holds no samples in memory.
class Dataset {
 public:
  virtual ~Dataset() = default;
  [[nodiscard]] virtual int64_t size() const = 0;      ///< number of samples
  [[nodiscard]] virtual bool has_targets() const = 0;  ///< that answers are held against
  /// The first target of all samples where it is labels, int64 [N], read without the samples; else undefined.
  [[nodiscard]] virtual at::Tensor labels() = 0;
  /// The samples with these indices, in this order. Ascending indices are cheap for every kind; any order is
  /// allowed. Images come as uint8 [N, C, H, W]; other tensors as they are stored.
  [[nodiscard]] virtual Batch read(std::span<const int64_t> indices) = 0;
  /// Names of the inputs where the file gives them (npz, a saved dict), in the order of Batch::inputs; else
  /// empty. Matching them with a model's inputs is the caller's work.
  [[nodiscard]] virtual std::vector<std::string> input_names() const { return {}; }
  /// What of the file or folder was left out, for a user who thinks otherwise.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
  /// False where samples may differ in shape as stored (folders of images): read such one at a time, unless
  /// they are to be stacked as they are.
  [[nodiscard]] virtual bool same_shape() const { return true; }
  /// What messages call this sample, e.g. its file.
  [[nodiscard]] virtual std::string name_of(int64_t index) const { return "sample " + std::to_string(index); }
};

/// Opens what the spec names; `limit` cuts it to its first samples, a split that is not given is train.
/// Throws Error(kUsage) where it is missing, empty, truncated or inconsistent. Kinds without splits (npy,
/// npz, tensors, random) have the same samples in both. What it gives may be read by several threads: they wait for
/// each other.
[[nodiscard]] std::unique_ptr<Dataset> open_dataset(const DataSpec& spec);

}  // namespace qtool
