#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "run/onnx_parts.h"
#include "run/open_runtime.h"
#include "run/openvino_runtime.h"

using namespace qtool;

TEST_CASE("without OpenVINO an ONNX file is told how to be run") {
  CHECK_FALSE(why_no_openvino().empty());
  const std::string path =
      std::filesystem::temp_directory_path() / ("qtool_no_openvino." + std::to_string(getpid()) + ".onnx");
  std::ofstream(path, std::ios::binary) << onnx_parts::doubling();
  try {
    (void)open_runtime(path);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kMachine);
    CHECK(error.complaint().where == path);
    CHECK_FALSE(error.complaint().fix.empty());
  }
  std::filesystem::remove(path);
}
