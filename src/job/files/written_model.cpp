#include "job/files/written_model.h"

#include <filesystem>
namespace qtool {

void refuse_own_file(const std::string& path, const std::string& source, const Error& error) {
  throw Error(ErrorKind::kUnquantizable,
              {.what = "what qtool has made of this model cannot be loaded back, so it was not kept",
               .where = source,
               .got = std::filesystem::path(path).filename().string() + ": " + error.complaint().got,
               .expected = "a file that loads",
               .fix = "please report the model: the fault is qtool's or the runtime's, not the file's"});
}

}  // namespace qtool
