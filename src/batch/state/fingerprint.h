#pragma once
#include <string>

namespace qtool {

/// What a file or folder held at some time.
struct Fingerprint {
  std::string path = {};
  /// Hash of names, sizes and times of change: where it is the same, so is the content, and nothing need be read.
  std::string stamp = {};
  std::string sha256 = {};  ///< of the content; of a folder, of its files' names and hashes. Empty: not there
};

/// Of a file, or of all files in and below a folder. `known` saves reading again what has not changed since.
[[nodiscard]] Fingerprint fingerprint(const std::string& path, const Fingerprint* known = nullptr);

}  // namespace qtool
