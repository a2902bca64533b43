#include "job/bench.h"

#include "command.h"
#include "job/json/bench_json.h"
#include "measured_output.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string operators_text(const BenchRow& row) {
  std::vector<std::vector<std::string>> rows = {
      {row.latency.name + ", batch " + std::to_string(row.latency.batch), "calls", "ms", "share"}};
  for (const OperatorTime& entry : row.operators.entries)
    rows.push_back(
        {"  " + entry.name, std::to_string(entry.calls), fixed(entry.total_ms, 3), percent(entry.share, 1)});
  return "\n" + columns(rows);
}

std::string to_text(const std::vector<BenchRow>& rows) {
  std::vector<std::vector<std::string>> table = {
      {"model", "runtime", "batch", "median ms", "spread", "ratio to first"}};
  std::string operators;
  for (const BenchRow& row : rows) {
    const Latency& latency = row.latency;
    table.push_back({latency.name, row.runtime, std::to_string(latency.batch), fixed(latency.median_ms, 3),
                     percent(latency.spread(), 1), fixed(row.ratio, 3)});
    if (!row.operators.entries.empty()) operators += operators_text(row);
  }
  return columns(table) + operators;
}

int run(const BenchOptions& options, const Context& context) {
  print_measured(run_bench(options, context), context,
                 "time " + std::to_string(options.models.size()) + " models",
                 [](const BenchResult& result) { return to_text(result.rows); });
  return 0;
}

}  // namespace

Command bench_command() {
  auto options = std::make_shared<BenchOptions>();
  return {.name = "bench",
          .summary = "latency of models side by side in one run",
          .example = "qtool bench model.pt out/model.int8.pt --shape 1x28x28 --batch 1,128",
          .options = option_tree(*options),
          .sets_nothing = [options] { return options->as_client; },
          .run = [options](const Context& context) { return run(*options, context); }};
}

}  // namespace qtool
