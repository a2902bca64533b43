#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "export/target.h"
#include "job/files/staging_folder.h"
#include "run/runtime_model.h"

namespace qtool {

/// A model file of a job, opened again as a client of its runtime does.
struct WrittenFile {
  const Target* target;
  std::string path;
  std::unique_ptr<RuntimeModel> runtime;  ///< null: none of it is here
};

/// Opens the file of the target again. Throws Error(kUnquantizable) where it does not load: it is not to be kept, and
/// the fault is not the user's. `source` is the model that it was made of.
[[nodiscard]] WrittenFile open_written(const StagingFolder& staging, const Target& target,
                                       const std::string& source);

/// Runs a file that was made of `original`. Throws Error(kUnquantizable) where it refuses what the original takes.
[[nodiscard]] std::vector<at::Tensor> run_made(const WrittenFile& file, Model& original,
                                               const std::vector<at::Tensor>& inputs);

/// What reports say of a file that cannot be run here.
[[nodiscard]] std::string why_not_proven(const Target& target);

/// What the files of the targets are called on the ladder: `int8` the first, which gates, headline and charts speak of,
/// the others by their target.
[[nodiscard]] std::string rung_of(const std::vector<const Target*>& targets, const Target& target);

}  // namespace qtool
