#include "job/road/written_files.h"

#include <ATen/core/grad_mode.h>

#include <filesystem>

#include "base/error.h"
#include "job/files/written_model.h"
#include "job/road/verification.h"

namespace qtool {

WrittenFile open_written(const StagingFolder& staging, const Target& target, const std::string& source) {
  WrittenFile file{&target, staging.path(target.file), nullptr};
  if (why_not_run_here(target).empty()) file.runtime = load_back(file.path, source, target.open);
  return file;
}

std::vector<at::Tensor> run_made(const WrittenFile& file, Model& original,
                                 const std::vector<at::Tensor>& inputs) {
  try {
    return file.runtime->run(inputs);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUsage) throw;
    const at::NoGradGuard no_grad;
    (void)original.forward(inputs);  // where the data is at fault, this says so
    throw Error(ErrorKind::kUnquantizable,
                {.what = "the float model runs on this data, but what qtool made of it does not",
                 .where = file.target->file,
                 .got = error.complaint().what + "; " + error.complaint().got,
                 .expected = "a result, as the float model gives one",
                 .fix = "please report the model; until then, leave the operator in float with --skip, "
                        "see `qtool inspect MODEL` for its name"});
  }
}

std::string why_not_proven(const Target& target) {
  const std::string name(target.name);
  return std::string(target.file) + " is not proven: " + why_not_run_here(target) +
         "; where there is a runtime, prove it with qtool verify DIR --target " + name +
         " --runner 'CMD {model} {inputs} {outputs}'";
}

std::string rung_of(const std::vector<const Target*>& targets, const Target& target) {
  return &target == targets.front() ? kInt8Rung : std::string(target.name);
}

}  // namespace qtool
