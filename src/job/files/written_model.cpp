#include "job/files/written_model.h"

#include <filesystem>

#include "base/error.h"

namespace qtool {

Model load_back(const std::string& path, const std::string& source, Model (*open)(const std::string&)) {
  try {
    return open(path);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUsage) throw;
    throw Error(ErrorKind::kUnquantizable,
                {.what = "LibTorch cannot load back what qtool has made of this model, so it was not kept",
                 .where = source,
                 .got = std::filesystem::path(path).filename().string() + ": " + error.complaint().got,
                 .expected = "a file that loads",
                 .fix = "please report the model: the fault is qtool's or LibTorch's, not the file's"});
  }
}

}  // namespace qtool
