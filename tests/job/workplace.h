#pragma once
#include <string>

#include "data/files.h"
#include "job/ptq.h"
#include "small_net.h"

namespace qtool {

/// A small classifier of 3x7x7 images in a file, and data for it.
struct Workplace {
  TemporaryFolder folder = {};
  std::string model = folder / "model.pt";
  std::string data = "npz:" + folder / "data.npz";  ///< 64 labelled samples
  Workplace();

  /// Calibrates on 64 samples in batches of 16, and verifies.
  [[nodiscard]] PtqOptions options(const std::string& output) const;
};

/// A model that returns this expression of x.
[[nodiscard]] Model answering(const std::string& expression);
/// An .npz of these samples, with labels 0 to 4 in turn where asked for.
void put_samples(const std::string& path, const at::Tensor& samples, bool labelled);
/// The bytes of a model but for its manifest: jobs that come to the same numbers another way tell so there.
[[nodiscard]] std::string without_manifest(const std::string& path);
[[nodiscard]] QuantizeResult run(const PtqOptions& options, int64_t threads = 1);

/// 8, or 7 where the engine that jobs take by default has kernels that 8 would overflow on this processor.
[[nodiscard]] int64_t bits_of_activations();

}  // namespace qtool
