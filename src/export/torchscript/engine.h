#pragma once
#include <string>
#include <vector>

#include "base/names.h"
#include "plan/plan.h"

namespace qtool {

/// LibTorch's int8 kernels.
enum class Engine { kAuto, kX86, kOnednn, kFbgemm, kQnnpack };
template <>
struct Names<Engine> {
  static constexpr const char* kind = "engine";
  static constexpr NamedValue<Engine> table[] = {
      {Engine::kAuto, "auto", "the fastest that this processor and this LibTorch have"},
      {Engine::kX86, "x86", "oneDNN or FBGEMM, whichever is faster for an operator (LibTorch 2.0 and later)"},
      {Engine::kOnednn, "onednn", "oneDNN; fast with AVX512-VNNI or AVX-VNNI"},
      {Engine::kFbgemm, "fbgemm", "FBGEMM; AVX2 and later"},
      {Engine::kQnnpack, "qnnpack", "QNNPACK; made for ARM"}};
};

/// Those that the LibTorch at hand was built with.
[[nodiscard]] std::vector<Engine> available_engines();

/// Makes kAuto a real one. Throws Error(kUsage) where the engine asked for is not in this LibTorch.
[[nodiscard]] Engine choose_engine(Engine asked);

/// Has LibTorch pack weights for, and run on, an engine while it lives; then the one of before again. LibTorch knows no
/// other way than a global, which nothing else sets.
class EngineScope {
 public:
  explicit EngineScope(Engine engine);  ///< not kAuto
  ~EngineScope();
  EngineScope(const EngineScope&) = delete;
  EngineScope& operator=(const EngineScope&) = delete;

 private:
  int before_;  ///< LibTorch's number
};

/// What the engine can do on this processor.
[[nodiscard]] Backend backend_of(Engine engine);

}  // namespace qtool
