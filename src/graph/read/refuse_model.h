#pragma once
#include <string>

namespace qtool {

inline constexpr const char* kHowToSave =
    "save the model in Python: torch.jit.script(model.eval()).save('model.pt'), or torch.jit.trace with an "
    "example";
inline constexpr const char* kSaveAgain = "copy or save the model again";

/// Throws Error(kUsage) about the model file `path`.
[[noreturn]] void refuse_model(const std::string& path, const std::string& what, const std::string& got,
                               const std::string& fix, const std::string& expected = "a TorchScript file");

}  // namespace qtool
