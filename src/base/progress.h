#pragma once
#include <cstdint>
#include <string>

namespace qtool {

/// How jobs tell how far they are. This base does nothing, which is what tests want; the program draws a bar.
/// Call update() as often as convenient: it costs next to nothing. Both may throw Error(kInterrupted).
class Progress {
 public:
  virtual ~Progress() = default;
  /// A stage begins; the one before it has ended. E.g. `calibrate`.
  virtual void stage(const std::string& name);
  /// `done` of `total` units are done (total 0: unknown); `text` is shown behind the bar, e.g. `loss 0.31`.
  virtual void update(int64_t done, int64_t total, const std::string& text);
};

}  // namespace qtool
