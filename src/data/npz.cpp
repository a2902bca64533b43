#include "base/error.h"
#include "data/kinds.h"
#include "data/npy_header.h"
#include "data/targets.h"
#include "data/unpacked_size.h"
#include "data/zip_file.h"

namespace qtool {
namespace {

constexpr std::string_view kEnding = ".npy";

[[noreturn]] void no_inputs(const std::string& path) {
  throw Error(ErrorKind::kUsage,
              {.what = "no input arrays in the .npz file",
               .where = path,
               .got = "nothing but labels or targets",
               .expected = "an array for each input of the model, and labels if there are any",
               .fix = "save them with numpy.savez(path, x=x, labels=y)"});
}

[[noreturn]] void not_an_array(const std::string& path, const std::string& name) {
  throw Error(ErrorKind::kUsage, {.what = "not an array in the .npz file",
                                  .where = path,
                                  .got = "'" + name + "'",
                                  .expected = "members that end in .npy",
                                  .fix = "save the arrays with numpy.savez"});
}

}  // namespace

std::unique_ptr<Dataset> open_npz(const DataSpec& spec) {
  std::vector<StoredArray> inputs, targets;
  std::vector<std::string> names;
  for (auto& [member, bytes] : open_zip(spec.path, most_unpacked_bytes(spec))) {
    if (!member.ends_with(kEnding)) not_an_array(spec.path, member);
    const std::string name = member.substr(0, member.size() - kEnding.size());
    StoredArray array = open_npy_array(std::move(bytes));
    if (is_target_name(name)) {
      require_labels(name, array.dtype(), array.shape().size(), array.name());
      targets.push_back(std::move(array));
      continue;
    }
    inputs.push_back(std::move(array));
    names.push_back(name);
  }
  if (inputs.empty()) no_inputs(spec.path);
  return dataset_of_arrays(std::move(inputs), std::move(targets), std::move(names));
}

}  // namespace qtool
