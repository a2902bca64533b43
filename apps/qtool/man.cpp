#include "command.h"
#include "man_page.h"
#include "output.h"

namespace qtool {
namespace {

/// It has none.
struct ManOptions {};
template <class Visitor>
void describe(Visitor&, ManOptions&) {}

int run(const ManOptions&, const Context&) {
  print(man_page(all_commands()));
  return 0;
}

}  // namespace

Command man_command() {
  Command command = make_command<ManOptions>("man", "print the manual page",
                                             "qtool man > ~/.local/share/man/man1/qtool.1", run);
  command.common = {"log_level"};
  return command;
}

}  // namespace qtool
