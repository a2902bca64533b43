#include "job/tuning/tuner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/names.h"
#include "calibrate/seen_values.h"
#include "config/config.h"
#include "explain/trial.h"
#include "improve/improve.h"
#include "job/files/job_folder.h"
#include "job/files/staging_folder.h"
#include "job/road/delivery.h"
#include "job/road/improvement.h"
#include "job/road/manifest.h"
#include "job/tuning/layer_noise.h"
#include "job/tuning/tuned_recipe.h"
#include "options/option_tree.h"
#include "report/job/describe_file.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kLeastGain = 0.1;  ///< dB, of a calibrator over the default

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// What the job asks for, as a job without a search.
PtqOptions without_search(const TuneOptions& options, const Recipe& recipe, JobData& data) {
  auto result = as_ptq(options);
  result.recipe = recipe;
  result.ci = {};
  // Tuning goes by the value of the drop, and of data without labels takes other drops, which no gate knows.
  result.gates.strict = true;
  if (!data.has_targets(Split::kTest)) result.gates = {};
  return result;
}

/// Those that were asked for but for what takes longer than calibration; of `auto`, gptq takes its place.
std::vector<std::string> quick_improvements(const std::vector<std::string>& asked, const QuantPlan& plan) {
  const auto chosen = chosen_improvements(asked, plan);
  const auto is_slow = [](const Improvement& row) { return row.eagerness == Eagerness::kFewBits; };
  if (std::none_of(chosen.begin(), chosen.end(), is_slow)) return asked;
  std::vector<std::string> names;
  for (const auto& row : improvements()) {
    const bool is_chosen = std::any_of(chosen.begin(), chosen.end(),
                                       [&](const Improvement& other) { return other.name == row.name; });
    const bool takes_place = !is_list_of_improvements(asked) && row.eagerness == Eagerness::kNever;
    if ((is_chosen && !is_slow(row)) || takes_place) names.emplace_back(row.name);
  }
  return names.empty() ? std::vector<std::string>{kNoImprovements} : names;
}

/// All files of a folder, as what is moved to another one: the models first, by name.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// What an earlier run has measured must be of the model as it is planned now.
void check_same(const std::vector<TuneLayer>& known, const std::vector<TuneLayer>& planned,
                const std::string& path) {
  const auto same_choice = [](const TuneChoice& a, const TuneChoice& b) {
    return a.bits == b.bits && a.bytes == b.bytes;
  };
  const auto same = [&](const TuneLayer& a, const TuneLayer& b) {
    return a.name == b.name &&
           std::equal(a.choices.begin(), a.choices.end(), b.choices.begin(), b.choices.end(), same_choice);
  };
  if (std::equal(known.begin(), known.end(), planned.begin(), planned.end(), same)) return;
  throw Error(ErrorKind::kUsage,
              {.what = "the folder holds a search of other layers",
               .where = path,
               .got = std::to_string(known.size()) + " layers",
               .expected = std::to_string(planned.size()) + ", with their choices",
               .fix = "choose another folder with -o, or remove tune.json to begin again"});
}

/// Choices whose noise is a number. Their places are those of the layer's choices: these come first.
std::vector<TunedLayer> measured_choices(const std::vector<TuneLayer>& layers) {
  std::vector<TunedLayer> result;
  for (const auto& layer : layers) {
    auto& tuned = result.emplace_back(TunedLayer{.name = layer.name});
    for (const auto& choice : layer.choices)
      if (choice.noise && std::isfinite(*choice.noise))
        tuned.choices.push_back({choice.bits, *choice.noise, double(choice.bytes)});
  }
  return result;
}

}  // namespace

struct Tuner::Solved {
  PtqOptions options;
  Calibration calibration;
  Improved improved;
};

Tuner::Tuner(const TuneTask& task, TuneReport known)
    : task_(task),
      calibrated_(task.start.plan),
      report_(std::move(known)),
      screen_(task.start.original, task.options, task.data) {
  auto layers = tunable_layers(task.start, task.options.recipe);
  if (report_.trials.empty() && report_.layers.empty())
    report_.layers = std::move(layers);
  else
    check_same(report_.layers, layers, in_folder(task.options.output, kTuneFile));
  if (!report_.best) return;
  const auto file = in_folder(task.options.output, task.start.targets[0]->file);
  const bool stands =
      std::filesystem::exists(file) && identity_of(file).sha256 == report_.trials[*report_.best].sha256;
  if (!stands) report_.best.reset();
}

void Tuner::choose_calibrator() {
  if (!report_.calibrator.empty()) return;
  const auto& recipe = task_.options.recipe;
  const auto asked = to_string(recipe.calibrator);
  const bool is_given = task_.context.common.setting_origins.contains("quantize.calibrator");
  if (is_given || seen_values(calibrated_).empty()) {
    report_.calibrator = asked;
    return;
  }
  const Trial trial(task_.start.canonical,
                    task_.data.first_samples(task_.start.original, task_.options.sensitivity_samples));
  const auto sqnr_of = [&](Calibrator calibrator) {
    auto changed = recipe;
    changed.calibrator = calibrator;
    plan_again(task_.start, changed);
    auto simulated = simulate(solve_first(task_.start, task_.calibration.statistics, changed));
    return trial.run(simulated).sqnr_db;
  };
  const auto& table = Names<Calibrator>::table;
  double best = -INFINITY;
  for (const auto& row : table) {
    task_.context.progress.update(int64_t(report_.calibrators.size()), int64_t(std::size(table)), row.name);
    report_.calibrators.push_back({row.name, sqnr_of(row.value)});
    if (row.value == recipe.calibrator) best = report_.calibrators.back().sqnr_db + kLeastGain;
  }
  report_.calibrator = asked;
  for (const auto& row : report_.calibrators) {
    if (!(row.sqnr_db > best)) continue;
    best = row.sqnr_db;
    report_.calibrator = row.name;
  }
  save();
}

void Tuner::try_baseline() { (void)meets_target(untuned(), Effort::kFull, task_.context.progress); }

void Tuner::measure() {
  const Trial trial(task_.start.canonical,
                    task_.data.first_samples(task_.start.original, task_.options.sensitivity_samples));
  measure_layers(report_.layers, task_.start, recipe_of_bits(untuned()), task_.calibration.statistics, trial,
                 task_.budget, [&] { save(); });
}

void Tuner::look_for_less() {
  SearchSpace space{.layers = measured_choices(report_.layers)};
  for (const auto& layer : space.layers)
    for (size_t i = 0; i < layer.choices.size(); ++i)
      if (layer.choices[i].bits == task_.options.recipe.weight_bits) space.baseline.push_back(i);
  if (space.baseline.size() != space.layers.size()) return;  // a layer is of no use in int8
  search(space, [&](const Allocation& allocation, Effort effort) {
    std::vector<int64_t> bits;
    for (size_t i = 0; i < allocation.size(); ++i)
      bits.push_back(space.layers[i].choices[allocation[i]].bits);
    return meets_target(bits, effort, task_.budget);
  });
  report_.finished = true;
  save();
}

void Tuner::restore_best() {
  std::optional<size_t> wanted;
  for (size_t i = 0; i < report_.trials.size(); ++i)
    if (report_.trials[i].drop && (!wanted || is_better(report_.trials[i], report_.trials[*wanted])))
      wanted = i;
  if (!wanted || wanted == report_.best) return;
  auto trial = report_.trials[*wanted];
  const auto recipe = recipe_of_bits(trial.bits);
  auto solved = solve(recipe, trial.quick, task_.context.progress);
  report_.best.reset();  // so that it is published whatever it is
  write(trial, recipe, solved);
  report_.trials[*wanted] = trial;
  report_.best = wanted;
  save();
}

bool Tuner::meets_target(const std::vector<int64_t>& bits, Effort effort, Progress& progress) {
  if (const auto* known = known_trial(bits, effort)) return report_.seems_to_meet(*known);
  const auto begin = Clock::now();
  progress.stage("trial " + std::to_string(report_.trials.size() + 1));
  const auto recipe = recipe_of_bits(bits);
  TuneTrial trial{.bits = bits, .quick = effort != Effort::kFull};
  const bool is_first = report_.trials.empty();
  try {
    auto solved = solve(recipe, trial.quick, progress);
    auto simulated = simulate(solved.improved.solution);
    const auto measured = screen_.run(simulated, progress);
    report_.metric = measured.metric;
    trial.simulated = measured.drop;
    if (effort != Effort::kScreen && (is_first || !is_refused(trial))) write(trial, recipe, solved);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnquantizable || is_first) throw;
    return false;  // e.g. no layer would be left in int8
  }
  trial.seconds = seconds_since(begin);
  record(std::move(trial));
  return report_.seems_to_meet(report_.trials.back());
}

const TuneTrial* Tuner::known_trial(const std::vector<int64_t>& bits, Effort effort) const {
  const auto found = std::find_if(report_.trials.begin(), report_.trials.end(), [&](const TuneTrial& trial) {
    return trial.bits == bits && trial.quick == (effort != Effort::kFull) &&
           (effort == Effort::kScreen || trial.drop || is_refused(trial));
  });
  return found == report_.trials.end() ? nullptr : &*found;
}

/// Whether the simulation alone loses more than chance explains, so that there is no use in writing the file: what
/// stands in the folder is better.
bool Tuner::is_refused(const TuneTrial& trial) const {
  const auto& drop = trial.simulated;
  if (drop.low.value_or(drop.value) <= report_.max_drop || !report_.best) return false;
  const auto& best = report_.trials[*report_.best];
  return report_.meets(best) || best.drop->value <= drop.value;
}

Recipe Tuner::recipe_of_bits(const std::vector<int64_t>& bits) const {
  auto recipe = task_.options.recipe;
  recipe.calibrator = parse_name<Calibrator>(report_.calibrator, kTuneFile);
  std::vector<LayerBits> layers;
  for (size_t i = 0; i < bits.size(); ++i) layers.push_back({report_.layers[i].name, bits[i]});
  return tuned_recipe(std::move(recipe), std::move(layers));
}

Tuner::Solved Tuner::solve(const Recipe& recipe, bool quick, Progress& progress) {
  auto& start = task_.start;
  plan_again(start, recipe);
  auto options = without_search(task_.options, recipe, task_.data);
  auto calibration = task_.calibration;
  if (auto seen = statistics_for(start.plan, calibration.statistics, calibrated_))
    calibration.statistics = *std::move(seen);
  else
    calibration = calibrate_on_data(start, options, task_.data, task_.device, progress);
  if (quick) options.improve = quick_improvements(options.improve, start.plan);
  auto improved = improve_on_data(solve_first(start, calibration.statistics, recipe), calibration, start,
                                  options, task_.data, progress);
  return {std::move(options), std::move(calibration), std::move(improved)};
}

/// Writes and verifies the files beside the folder's, and moves them into it where they are better.
void Tuner::write(TuneTrial& trial, const Recipe& recipe, Solved& solved) {
  const auto begin = Clock::now();
  auto& options = solved.options;
  auto common = task_.context.common;
  auto tree = option_tree(options);
  const auto settings = settings_of(tree), lines = recipe_of(tree);
  merge(tree, option_tree(common));
  const auto config = print_config(tree, "ptq");
  const StagingFolder staging(options.output);
  options.output = staging.path("");
  const Context context{task_.context.common, config, task_.context.progress};
  StageClock clock(task_.context.progress);
  const auto result = deliver({.start = task_.start,
                               .solution = solved.improved.solution,
                               .statistics = solved.calibration.statistics,
                               .arrival = solved.calibration.arrival,
                               .data_sha256 = solved.calibration.data_sha256,
                               .improved = &solved.improved},
                              {options, context, task_.data, settings, lines}, clock);
  task_.budget.keep_back(seconds_since(begin));
  trial.drop = measured_drop(result.report).drop;
  const auto file = describe_file(options.output, task_.start.targets[0]->file);
  trial.bytes = file.bytes;
  trial.sha256 = file.sha256;
  if (const auto& latency = result.report.timing.latency) trial.latency_ms = latency->int8_ms;
  if (report_.best && !is_better(trial, report_.trials[*report_.best])) return;
  auto shown = recipe;
  write_file(staging.path(kRecipeFile), print_config(option_tree(shown), "ptq"));
  remove_reports(task_.options.output);
  staging.publish(files_in(options.output));
}

void Tuner::record(TuneTrial trial) {
  const bool is_best = trial.drop && (!report_.best || is_better(trial, report_.trials[*report_.best]));
  report_.trials.push_back(std::move(trial));
  if (is_best) report_.best = report_.trials.size() - 1;
  save();
}

/// Of two with a file.
bool Tuner::is_better(const TuneTrial& a, const TuneTrial& b) const {
  if (report_.meets(a) != report_.meets(b)) return report_.meets(a);
  if (!report_.meets(a)) return a.drop->value < b.drop->value;
  if (task_.options.prefer == Preference::kSpeed && a.latency_ms && b.latency_ms)
    return *a.latency_ms < *b.latency_ms;
  return *a.bytes < *b.bytes;
}

std::vector<int64_t> Tuner::untuned() const {
  return std::vector<int64_t>(report_.layers.size(), task_.options.recipe.weight_bits);
}

void Tuner::save() const {
  const auto& folder = task_.options.output;
  write_file(in_folder(folder, kTuneFile), tune_json(report_));
  write_file(in_folder(folder, kTuneMarkdownFile), tune_markdown(report_));
  write_file(in_folder(folder, kTunePageFile), tune_html(report_));
}

}  // namespace qtool
