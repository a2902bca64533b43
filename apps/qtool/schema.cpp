#include "config/schema.h"

#include "batch/plan/tasks.h"
#include "command.h"
#include "output.h"

namespace qtool {
namespace {

/// It has none.
struct SchemaOptions {};
template <class Visitor>
void describe(Visitor&, SchemaOptions&) {}

int run(const SchemaOptions&, const Context&) {
  print(json_schema(job_kinds()));
  return 0;
}

}  // namespace

Command schema_command() {
  Command command =
      make_command<SchemaOptions>("schema", "print a JSON Schema of configuration files, for editors",
                                  "qtool schema > qtool.schema.json", run);
  command.common = {"log_level"};
  return command;
}

}  // namespace qtool
