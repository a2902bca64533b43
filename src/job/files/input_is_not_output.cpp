#include "job/files/input_is_not_output.h"

#include <filesystem>

#include "base/error.h"

namespace qtool {

void check_input_is_not_output(const std::string& input, const std::string& folder,
                               const std::vector<const char*>& names) {
  for (const char* name : names) {
    std::error_code ignored;
    if (!std::filesystem::equivalent(input, std::filesystem::path(folder) / name, ignored)) continue;
    throw Error(ErrorKind::kUsage, {.what = "the output would overwrite the input",
                                    .where = input,
                                    .got = "-o " + folder,
                                    .expected = "another folder than the model's",
                                    .fix = "choose another folder with -o"});
  }
}

}  // namespace qtool
