#include "terminal_progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/safe_text.h"
#include "streams.h"
#include "terminal.h"

namespace qtool {
namespace {

constexpr double kBarInterval = 0.1, kLineInterval = 5, kSilence = 1;  // seconds
constexpr int64_t kBarWidth = 24, kNarrowestBar = 8;
/// A terminal shows Ctrl-C as `^C` behind the line; where that does not fit, the line could not be wiped any more.
constexpr size_t kEcho = 2;
/// What is left for numbers and text on a narrow terminal: the bar's width must not change with what stands beside it.
constexpr int64_t kNumbersWidth = 28, kTextWidth = 16;

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string duration_text(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

std::string bar(int64_t done, int64_t total, int64_t width) {
  const int64_t filled = std::clamp<int64_t>(done * width / total, 0, width);
  std::string text(static_cast<size_t>(filled), '=');
  if (filled < width) text += '>';
  text.resize(static_cast<size_t>(width), ' ');
  return "[" + text + "] ";
}

/// `50 %  1200/s  3 s left`
std::string numbers(int64_t done, int64_t total, double seconds) {
  std::string text = total > 0 ? std::to_string(std::clamp<int64_t>(100 * done / total, 0, 100)) + " %"
                               : std::to_string(done);
  if (done == 0 || seconds <= 0) return text;
  const double rate = static_cast<double>(done) / seconds;
  char number[32];
  std::snprintf(number, sizeof number, rate < 10 ? "  %.1f/s" : "  %.0f/s", rate);
  text += number;
  if (total > done) text += "  " + duration_text(static_cast<double>(total - done) / rate) + " left";
  return text;
}

}  // namespace

std::string progress_line(const std::string& stage, int64_t done, int64_t total, double seconds,
                          const std::string& text, size_t width) {
  const std::string begin = stage.empty() ? "" : stage + " ", end = text.empty() ? "" : "  " + text;
  const auto room = static_cast<int64_t>(width) - static_cast<int64_t>(shown_width(begin)) - kNumbersWidth -
                    (text.empty() ? 0 : kTextWidth);
  const int64_t bar_width = width == 0 ? kBarWidth : std::clamp(room, kNarrowestBar, kBarWidth);
  const std::string line =
      begin + (total > 0 ? bar(done, total, bar_width) : "") + numbers(done, total, seconds) + end;
  return width == 0 ? line : cut(line, width);
}

void TerminalProgress::stage(const std::string& name) {
  Progress::stage(name);
  clear();
  stage_ = name;
  stage_begin_ = last_shown_ = Clock::now();
  if (style_ == Style::kBar && !name.empty()) draw(name);
}

void TerminalProgress::update(int64_t done, int64_t total, const std::string& text) {
  Progress::update(done, total, text);
  const auto now = Clock::now();
  const double elapsed = seconds_between(stage_begin_, now), waited = seconds_between(last_shown_, now);
  if (style_ == Style::kLines && (waited < kLineInterval || elapsed < kSilence)) return;
  if (style_ == Style::kBar && waited < kBarInterval) return;
  last_shown_ = now;
  const size_t width = terminal_width(stderr);
  draw(progress_line(stage_, done, total, elapsed, text, width > kEcho ? width - kEcho : width));
}

void TerminalProgress::draw(const std::string& line) {
  bar_shown_ = style_ == Style::kBar;
  if (bar_shown_)
    qtool::draw("\r\033[K" + safe_line(line));
  else
    say(line);
}

void TerminalProgress::clear() {
  if (bar_shown_) qtool::draw("\r\033[K");
  bar_shown_ = false;
}

std::unique_ptr<Progress> make_progress(bool quiet) {
  if (quiet) return std::make_unique<Progress>();
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::strcmp(terminal, "dumb") == 0;
  const bool bars = isatty(STDERR_FILENO) != 0 && !dumb;
  return std::make_unique<TerminalProgress>(bars ? TerminalProgress::Style::kBar
                                                 : TerminalProgress::Style::kLines);
}

}  // namespace qtool
