#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "base/progress.h"

namespace qtool {

/// Progress on stderr. On a terminal the stage's name, and a bar with rate and time left where it tells how far it is;
/// elsewhere a line every few seconds for stages that take longer than one.
class TerminalProgress : public Progress {
 public:
  enum class Style { kBar, kLines };
  explicit TerminalProgress(Style style) : style_(style) {}
  ~TerminalProgress() override { clear(); }
  void stage(const std::string& name) override;
  void update(int64_t done, int64_t total, const std::string& text) override;
  void clear();  ///< takes the bar away, before anything else is printed

 private:
  void draw(const std::string& line);
  using Clock = std::chrono::steady_clock;
  Style style_;
  std::string stage_ = {};
  Clock::time_point stage_begin_ = Clock::now(), last_shown_ = Clock::now();
  bool bar_shown_ = false;
};

/// `calibrate [=====>    ] 50 %  1200/s  3 s left  text`; total 0: no bar. Where that is wider than `width`, the bar
/// gives way, then the end; 0: no limit.
[[nodiscard]] std::string progress_line(const std::string& stage, int64_t done, int64_t total, double seconds,
                                        const std::string& text, size_t width);

/// The kind that suits stderr; one that shows nothing where `quiet`.
[[nodiscard]] std::unique_ptr<Progress> make_progress(bool quiet);

}  // namespace qtool
