#include "batch/plan/batch_plan.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

#include "base/error.h"
#include "batch/plan/tasks.h"
#include "data/spec.h"
#include "zoo/zoo.h"

namespace qtool {
namespace {

namespace fs = std::filesystem;

std::string canonical(const std::string& path) {
  std::error_code failed;
  const fs::path real = fs::weakly_canonical(fs::absolute(path), failed);
  return (failed ? fs::absolute(path).lexically_normal() : real).string();
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// The part of `path` below `folder`; empty where it is not below it.
std::string below(const std::string& path, const std::string& folder) {
  return !folder.empty() && path.starts_with(folder + "/") ? path.substr(folder.size() + 1) : "";
}

std::string one_line(const Complaint& complaint) {
  std::string text = complaint.what;
  if (!complaint.where.empty()) text += " (" + complaint.where + ")";
  if (!complaint.got.empty()) text += "; got " + complaint.got;
  if (!complaint.expected.empty()) text += ", expected " + complaint.expected;
  return text;
}

class Planner {
 public:
  Planner(BatchConfig batch, const std::vector<std::string>& globs, Problems& problems)
      : problems_(problems) {
    plan_.output = canonical(batch.output);
    for (auto& config : batch.jobs) {
      PlannedJob& job = all_.emplace_back();
      job.config = std::move(config);
      if (const auto* output = find_field(job.config.options.tree, "output"))
        job.output = canonical(output->get()[0]);
      if (!job.output.empty()) writers_[job.output].push_back(all_.size() - 1);
    }
    select(globs);
  }

  BatchPlan plan() {
    refuse_shared_outputs();
    for (size_t i = 0; i < all_.size(); ++i) {
      if (!selected_[i]) continue;
      look_at_fields(i);
      check_options(all_[i].config);
    }
    std::vector<size_t> place(all_.size());
    for (size_t i = 0; i < all_.size(); ++i) {
      if (!selected_[i]) continue;
      for (size_t& need : all_[i].needs) need = place[need];
      place[i] = plan_.jobs.size();
      plan_.jobs.push_back(std::move(all_[i]));
    }
    return std::move(plan_);
  }

 private:
  void select(const std::vector<std::string>& globs) {
    selected_.assign(all_.size(), globs.empty());
    std::vector<std::string> names;
    for (const auto& job : all_) names.push_back(job.config.name);
    for (const auto& glob : globs) {
      bool any = false;
      for (size_t i = 0; i < all_.size(); ++i) {
        if (fnmatch(glob.c_str(), names[i].c_str(), 0) != 0) continue;
        any = selected_[i] = true;
      }
      if (!any && !names.empty())
        throw Error(ErrorKind::kUsage,
                    {.what = "--job '" + glob + "' matches no job" + did_you_mean(glob, names),
                     .where = problems_.file(),
                     .expected = "one of " + join(names) + ", or a glob such as 'resnet*'",
                     .fix = "qtool run " + problems_.file() + " --dry-run lists the jobs"});
    }
  }

  void complain(const JobConfig& job, const std::string& field, const std::string& text) {
    problems_.add(job.place_of(field), job.key + field,
                  (job.key.empty() ? "" : "job '" + job.name + "': ") + text);
  }

  void refuse_shared_outputs() {
    for (const auto& [folder, jobs] : writers_)
      for (size_t i = 1; i < jobs.size(); ++i)
        complain(all_[jobs[i]].config, "output",
                 "job '" + all_[jobs[0]].config.name + "' writes to the same folder, " + folder +
                     "; leave `output` out, and each gets one of its own");
  }

  void check_options(const JobConfig& job) {
    if (!job.sound || !job.options.check) return;
    try {
      job.options.check();
    } catch (const Error& error) {
      complain(job, "", one_line(error.complaint()));
    }
  }

  void look_at_fields(size_t i) {
    for_each_field(all_[i].config.options.tree, [&](const std::string& path, const OptionField& field) {
      if (field.has(FieldTrait::kFlagOnly) || field.has(FieldTrait::kOutput)) return;
      if (!field.has(FieldTrait::kPath) && !field.has(FieldTrait::kSpec)) return;
      const auto texts = field.get();
      for (size_t k = 0; k < texts.size(); ++k) {
        if (texts[k].empty() || (field.has(FieldTrait::kPath) && !field.is_path(texts[k]))) continue;
        const std::string place = field.is_list ? path + "[" + std::to_string(k) + "]" : path;
        if (field.has(FieldTrait::kSpec))
          look_at_data(i, place, texts[k]);
        else
          look_at_file(i, place, texts[k]);
        if (field.has(FieldTrait::kPositional)) {
          std::string& model = all_[i].model;
          model += (model.empty() ? "" : ", ") +
                   (is_zoo(texts[k]) ? texts[k]
                                     : fs::path(texts[k]).lexically_proximate(fs::current_path()).string());
        }
      }
    });
  }

  void look_at_data(size_t i, const std::string& field, const std::string& text) {
    try {
      const DataSpec spec = parse_data_spec(text);
      if (spec.kind != DataKind::kRandom) look_at_path(i, field, spec.path);
    } catch (const Error& error) {
      complain(all_[i].config, field, one_line(error.complaint()));
    }
  }

  void look_at_file(size_t i, const std::string& field, const std::string& text) {
    if (!is_zoo(text)) return look_at_path(i, field, text);
    std::vector<std::string> known;
    for (const auto& entry : list_zoo()) known.push_back("zoo:" + entry.name);
    if (std::find(known.begin(), known.end(), text) == known.end())
      complain(
          all_[i].config, field,
          "no built-in network '" + text + "', expected one of " + join(known) + did_you_mean(text, known));
  }

  /// A path that the job reads: it is there, or an earlier job makes it.
  void look_at_path(size_t i, const std::string& field, const std::string& text) {
    PlannedJob& job = all_[i];
    const std::string path = canonical(text);
    job.inputs.push_back(path);
    for (const size_t k : writers_above(path)) {
      const std::string product = below(path, all_[k].output);
      if (k == i || !makes(all_[k], product)) continue;
      if (k > i) return complain(job.config, field, later(i, k, product));
      if (selected_[k]) {
        if (std::find(job.needs.begin(), job.needs.end(), k) == job.needs.end()) job.needs.push_back(k);
        return;
      }
      if (!exists(path))
        complain(job.config, field,
                 "job '" + all_[k].config.name + "' makes it, but has not run and is not selected: " + path);
      return;
    }
    if (!exists(path)) complain(job.config, field, "not there: " + path + near_product(path));
  }

  /// Jobs in whose output folder the path lies, in the order of the file.
  [[nodiscard]] std::vector<size_t> writers_above(const std::string& path) const {
    std::vector<size_t> jobs;
    for (fs::path folder = fs::path(path).parent_path(), above; folder != above; folder = above) {
      above = folder.parent_path();
      const auto found = writers_.find(folder.string());
      if (found != writers_.end()) jobs.insert(jobs.end(), found->second.begin(), found->second.end());
    }
    std::sort(jobs.begin(), jobs.end());
    return jobs;
  }

  [[nodiscard]] static bool makes(const PlannedJob& job, const std::string& product) {
    const auto products = products_of(job.config);
    return std::find(products.begin(), products.end(), product) != products.end();
  }

  [[nodiscard]] std::string later(size_t reader, size_t maker, const std::string& product) const {
    const std::string name = all_[maker].config.name;
    return "needs " + product + " of job '" + name + "', " +
           (reads_from(maker, reader) ? "which needs this one: a cycle" : "which comes later; put it first");
  }

  /// Whether a job, whose fields have not been looked at yet, names a path in the output of another.
  [[nodiscard]] bool reads_from(size_t reader, size_t maker) const {
    bool reads = false;
    for_each_field(all_[reader].config.options.tree, [&](const std::string&, const OptionField& field) {
      if (!field.has(FieldTrait::kPath) || field.has(FieldTrait::kOutput)) return;
      for (const auto& text : field.get())
        reads = reads || (field.is_path(text) && !below(canonical(text), all_[maker].output).empty());
    });
    return reads;
  }

  /// Where the folder is a job's, what that job writes.
  [[nodiscard]] std::string near_product(const std::string& path) const {
    for (const size_t k : writers_above(path)) {
      const PlannedJob& job = all_[k];
      const std::string product = below(path, job.output);
      const auto products = products_of(job.config);
      if (products.empty()) continue;
      return "; job '" + job.config.name + "' writes " + join(products) + did_you_mean(product, products);
    }
    return "";
  }

  Problems& problems_;
  BatchPlan plan_ = {};
  std::vector<PlannedJob> all_ = {};
  std::vector<bool> selected_ = {};
  std::map<std::string, std::vector<size_t>> writers_ = {};  ///< by output folder
};

}  // namespace

BatchPlan plan_batch(BatchConfig batch, const std::vector<std::string>& globs, Problems& problems) {
  return Planner(std::move(batch), globs, problems).plan();
}

}  // namespace qtool
