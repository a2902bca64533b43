#pragma once
/// All that is printed goes through here (tests/style/layering.py): nothing gets to a terminal or into a CI service's
/// log but what base/safe_text.h lets through.
#include <cstdio>
#include <string>

namespace qtool {

/// Results, to stdout. Throws Error(kMachine) where that cannot be, e.g. on a full disk.
void print(const std::string& text);

/// A line, or the lines of one message, to stderr.
void say(const std::string& text);

/// Commands to a CI service, each a line, made by report/ci/ci.h.
void print_commands(const std::string& lines, FILE* stream);

/// Bytes for the terminal at stderr, as they are: bars of our own, and what a child has drawn with this same program.
void draw(const std::string& bytes);

}  // namespace qtool
