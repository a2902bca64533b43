#include "job/init.h"

#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/safe_text.h"
#include "config/config.h"
#include "data/spec.h"
#include "graph/read/read_model.h"
#include "job/input/input_shape.h"
#include "job/inspect.h"
#include "job/options/ptq_options.h"

namespace qtool {
namespace {

namespace fs = std::filesystem;

/// As a line of the file in `folder`, an absolute path, names it.
std::string relative(const std::string& path, const fs::path& folder) {
  return fs::absolute(path).lexically_normal().lexically_proximate(folder.lexically_normal()).string();
}

struct DataLine {
  std::string spec = {}, comment = {};
};

DataLine choose_data(const InitOptions& options, Model& model, const fs::path& folder) {
  if (!options.data.empty()) {
    DataSpec spec = parse_data_spec(options.data);
    if (spec.kind != DataKind::kRandom) spec.path = relative(spec.path, folder);
    return {to_string(spec), ""};
  }
  const auto shapes = input_shapes(model);
  const std::string noise =
      "# Noise, until you name your data here, e.g. images:/data/imagenet,resize=256,crop=224.\n";
  if (shapes.empty())
    return {"random:3x224x224",
            noise + "# qtool could not find out what shape the model takes: mend it, or name your data.\n"};
  if (shapes.size() == 1) return {"random:" + shape_text(shapes[0]), noise};
  return {"random:" + shape_text(shapes[0]),
          noise + "# The model takes more than one size of images; name the one that it was trained with.\n"};
}

/// A line for each layer, for the reader to pick from.
std::vector<std::string> rule_lines(const InspectResult& inspection) {
  std::vector<std::string> lines;
  for (const auto& site : inspection.sites) {
    const size_t colon = site.site.rfind(":weight");
    if (colon != std::string::npos)
      lines.push_back("- {match: \"" + safe_line(site.site.substr(0, colon)) + "\", skip: true}");
  }
  return lines;
}

std::string header(const InitOptions& options, const std::string& shape_comment) {
  return "# How qtool quantizes " + safe_line(fs::path(options.model).filename().string()) +
         ". Take the # from a line to change it; paths count from this file.\n#\n"
         "#   qtool run " +
         safe_line(options.output) +
         " --dry-run       what would be done\n"
         "#   qtool run " +
         safe_line(options.output) +
         "                 do it\n"
         "#   qtool ptq --config " +
         safe_line(options.output) + "        the same, with flags that win over this file\n" + shape_comment;
}

}  // namespace

void write_starter_config(const InitOptions& options, const Context& context) {
  if (fs::exists(options.output))
    throw Error(ErrorKind::kUsage, {.what = "the file is there already",
                                    .where = options.output,
                                    .expected = "the name of a new file",
                                    .fix = "choose another name with -o, or remove that one"});
  const InspectResult inspection = run_inspect({.model = options.model, .data = options.data}, context);
  Model model = read_model(options.model);
  model.set_training(false);
  const fs::path folder = fs::absolute(options.output).parent_path();
  const DataLine data = choose_data(options, model, folder);

  PtqOptions ptq;
  ptq.model = relative(options.model, folder);
  ptq.data = data.spec;
  ptq.output = "out/" + fs::path(options.model).stem().string();
  OptionGroup tree = option_tree(ptq);
  CommonOptions built_in;
  merge(tree, option_tree(built_in));
  const StarterConfig starter{.set = {"model", "data", "output"},
                              .examples = {{"quantize.rules", rule_lines(inspection)}}};
  write_file(options.output, header(options, data.comment) + starter_config(tree, "ptq", starter));
}

}  // namespace qtool
