#include "graph/read/code_nesting.h"

#include <torch/csrc/jit/frontend/lexer.h>

#include <algorithm>
#include <memory>

#include "graph/read/flaw.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

constexpr size_t kMostBrackets = 200;  // as CPython's parser
constexpr size_t kMostBlocks = 200;    // CPython takes 100
constexpr size_t kMostSteps = 500;     // of one expression: brackets, and operators at each of their levels
constexpr size_t kMostBranches = 200;

bool opens(int kind) { return kind == '(' || kind == '[' || kind == '{'; }
bool closes(int kind) { return kind == ')' || kind == ']' || kind == '}'; }

bool ends_line(int kind) {
  return kind == jit::TK_NEWLINE || kind == jit::TK_INDENT || kind == jit::TK_DEDENT;
}

/// Whether the parser goes one level down at this token, or puts what it has below a new level.
bool is_step(int kind) {
  switch (kind) {
    case jit::TK_IDENT:
    case jit::TK_NUMBER:
    case jit::TK_STRINGLITERAL:
    case jit::TK_TRUE:
    case jit::TK_FALSE:
    case jit::TK_NONE:
    case ',':
    case ':':
      return false;
    default:
      return !opens(kind) && !ends_line(kind);
  }
}

class Depth {
 public:
  void add(int kind) {
    if (ends_line(kind)) clear();
    if (kind == jit::TK_INDENT) ++blocks_;
    if (kind == jit::TK_DEDENT && blocks_ > 0) --blocks_;
    if (kind == jit::TK_DEF) branches_ = 0;
    if (kind == jit::TK_ELIF) ++branches_;
    if (kind == ',') set_last(0);
    if (opens(kind)) steps_.push_back(0);
    if (closes(kind) && steps_.size() > 1) {
      set_last(0);
      steps_.pop_back();
    }
    if (is_step(kind)) set_last(steps_.back() + 1);
    require(steps_.size() - 1, kMostBrackets, "brackets in each other");
    require(blocks_, kMostBlocks, "blocks in each other");
    require(branches_, kMostBranches, "branches in one function");
    require(total_ + steps_.size(), kMostSteps, "steps in one expression");
  }
  [[nodiscard]] bool at_top() const { return blocks_ == 0; }

 private:
  void clear() {
    steps_.assign(1, 0);
    total_ = 0;
  }
  void set_last(size_t count) {
    total_ = total_ - steps_.back() + count;
    steps_.back() = count;
  }
  static void require(size_t count, size_t most, const char* of) {
    if (count > most)
      throw Flaw("more than " + std::to_string(most) + " " + of, "at most " + std::to_string(most));
  }

  std::vector<size_t> steps_ = {0};  ///< in each open bracket, since its last comma
  size_t total_ = 0;                 ///< of steps_
  size_t blocks_ = 0, branches_ = 0;
};

size_t line_of(const std::string& text, size_t offset) {
  return 1 + size_t(std::count(text.begin(), text.begin() + int64_t(std::min(offset, text.size())), '\n'));
}

}  // namespace

std::vector<std::string> classes_of_flat_code(const std::string& text) {
  jit::Lexer lexer(std::make_shared<jit::Source>(text));
  std::vector<std::string> classes;
  Depth depth;
  int before = jit::TK_NEWLINE;
  while (lexer.cur().kind != jit::TK_EOF) {
    jit::Token token = lexer.next();
    try {
      depth.add(token.kind);
    } catch (const Flaw& flaw) {
      throw Flaw(std::string(flaw.what()) + " at line " + std::to_string(line_of(text, token.range.start())),
                 flaw.expected);
    }
    if (before == jit::TK_CLASS_DEF && depth.at_top()) classes.push_back(std::string(token.text()));
    before = token.kind;
  }
  return classes;
}

}  // namespace qtool
