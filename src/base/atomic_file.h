#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/unfinished_file.h"

namespace qtool {

/// Writes `bytes` to a new file of a temporary name in the folder of `path`, syncs, then renames, so that no reader and
/// no crash ever sees half a file. Throws Error(kMachine) where the folder is not writable or the disk is full;
/// nothing is left behind, and what killed writers of the same file have left is removed.
void write_file(const std::string& path, std::string_view bytes);

/// The same piece by piece, for what does not fit into memory at once. A file that was not renamed is unlinked again.
class StagedFile {
 public:
  explicit StagedFile(const std::string& final_path);
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;
  ~StagedFile();

  void write(std::string_view bytes);
  void finish();  ///< syncs and closes; what was written can be read at path()
  void rename();  ///< to its final name; finishes it before
  [[nodiscard]] const std::string& path() const { return path_; }  ///< its temporary name

 private:
  std::string final_path_, path_;
  int descriptor_ = -1;
  bool is_renamed_ = false;
  std::optional<UnfinishedFile> unfinished_;
};

/// A file that grows while it is read, as a log does. It is always a new one: what had the name is removed first, and a
/// link is not followed. Throws Error(kMachine) where that cannot be.
class NewFile {
 public:
  explicit NewFile(const std::string& path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();
  [[nodiscard]] int descriptor() const { return descriptor_; }
  void append(std::string_view bytes);  ///< what a full disk does not take is lost

 private:
  int descriptor_ = -1;
};

/// The whole file, or what comes through a pipe. Throws Error(kUsage) where it cannot be read or has more than 64 MB
/// (base/limits.h).
[[nodiscard]] std::string read_file(const std::string& path);

/// Creates the folder and its parents where missing; throws Error(kMachine) where that cannot be or it is not
/// writable.
void ensure_folder(const std::string& path);

}  // namespace qtool
