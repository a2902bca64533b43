#pragma once
#include <string>

#include "base/progress.h"
#include "job/options/context.h"
#include "options/options.h"

namespace qtool {

struct InitOptions {
  std::string model = {};   ///< float TorchScript file
  std::string output = {};  ///< YAML file
  std::string data = {};    ///< data spec; empty: noise of the model's shape, to begin with
};

template <class Visitor>
void describe(Visitor& v, InitOptions& o) {
  v.field("model", o.model, "float TorchScript file", positional, required, path_field);
  v.field("output", o.output, "YAML file to write", flag("output", 'o'), required, path_field, output_field);
  v.field("data", o.data, "data to calibrate and verify on; without it noise, until you name yours",
          spec_field);
}

/// Writes a configuration of `qtool ptq` for the model: every key with its default as a comment, paths relative to the
/// file, and the model's layers as examples of rules. `qtool ptq --config` and `qtool run` take it. Throws
/// Error(kUsage) where the file is there already.
void write_starter_config(const InitOptions& options, const Context& context);

}  // namespace qtool
