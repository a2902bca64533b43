#include "program.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "zoo/zoo.h"

namespace qtool {

Run run_program(const std::string& arguments, const std::string& before) {
  const TemporaryFolder folder;
  const std::string command =
      before + "\nexec " QTOOL_PROGRAM " > " + folder / "out" + " 2> " + folder / "err" + " " + arguments;
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {.code = code, .out = get(folder / "out"), .err = get(folder / "err")};
}

void put_lenet(const std::string& path) {
  Model model = build_zoo("lenet", {1, 28, 28}, 10, /*seed=*/1);
  model.set_training(false);
  model.save(path);
}

void put_images(const std::string& folder) {
  for (const auto& [split, count] : {std::pair("train", 64U), std::pair("t10k", 32U)}) {
    std::string pixels, labels;
    for (uint32_t i = 0; i < count * 28 * 28; ++i) pixels.push_back(static_cast<char>(i * 7919 >> 3));
    for (uint32_t i = 0; i < count; ++i) labels.push_back(static_cast<char>(i % 10));
    put(folder + "/" + split + "-images-idx3-ubyte", idx({count, 28, 28}, pixels));
    put(folder + "/" + split + "-labels-idx1-ubyte", idx({count}, labels));
  }
}

size_t count_files(const std::string& folder) {
  size_t count = 0;
  std::error_code missing;
  for (auto it = std::filesystem::recursive_directory_iterator(folder, missing); it != end(it); ++it) ++count;
  return count;
}

}  // namespace qtool
