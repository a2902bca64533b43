#pragma once
#include "batch/plan/batch_plan.h"
#include "batch/state/batch_state.h"

namespace qtool {

/// The record of a job that begins now: its tool, config and inputs as they are. `known`: its record of an earlier run,
/// whose hashes are taken over where files have not changed since.
[[nodiscard]] JobRecord record_of(PlannedJob& job, const JobRecord* known);

/// What the job has written: all files in its output folder but those of the batch, and its result.
[[nodiscard]] std::vector<Fingerprint> outputs_of(const PlannedJob& job, const std::string& batch_folder);

/// Whether a job with this exit code did its work, be it that a gate failed.
[[nodiscard]] bool did_its_work(int exit_code);

/// Whether the job did its work, and its outputs are as it left them.
[[nodiscard]] bool outputs_stand(const JobRecord& record);

}  // namespace qtool
