#include "graph/read/head.h"

#include <filesystem>
#include <fstream>

#include "graph/read/refuse_model.h"

namespace qtool {

std::string head_of(const std::string& path) {
  if (!std::filesystem::exists(path))
    refuse_model(path, "the model does not exist", "no such file", "check the path");
  if (std::filesystem::is_directory(path))
    refuse_model(path, "the model is a folder", "a folder", "give the file itself");
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse_model(path, "the model cannot be read", "no permission", "check the file's permissions");
  std::string head(4096, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<size_t>(in.gcount()));
  if (head.empty()) refuse_model(path, "the model file is empty", "0 bytes", kSaveAgain);
  return head;
}

}  // namespace qtool
