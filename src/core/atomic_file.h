#pragma once
#include <string>
#include <string_view>

namespace qtool {

/// Writes `bytes` to a temporary name in the folder of `path`, syncs, then renames, so that no reader and no
/// crash ever sees half a file. Throws Error(kMachine) where the folder is not writable or the disk is full;
/// nothing is left behind, and what killed writers of the same file have left is removed.
void write_file(const std::string& path, std::string_view bytes);

/// The whole file. Throws Error(kUsage) where it cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);

/// Creates the folder and its parents where missing; throws Error(kMachine) where that cannot be or it is not
/// writable.
void ensure_folder(const std::string& path);

}  // namespace qtool
