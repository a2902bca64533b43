#pragma once
#include <string>

namespace qtool {

/// A file that must not stay where the program ends at once, from a signal handler, which runs no destructors. As long
/// as this lives. The ninth at a time is not looked after.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(const std::string& path);
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  ~UnfinishedFile();

  static void remove_all() noexcept;  ///< safe in a signal handler

 private:
  int place_ = -1;
};

}  // namespace qtool
