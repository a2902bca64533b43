#pragma once
#include "graph/model.h"
#include "job/input/job_data.h"

namespace qtool {

/// Finds what is to be known of a float model that computes in half, bfloat16 or double, which the job computes in
/// float32: the types at its border, which the files that the job writes keep, by a run on the first samples. Where
/// LibTorch cannot run it in its own type, it becomes the same in float32, which the job then begins with. Notes among
/// the model's remarks what the user must know. Does nothing for other models.
/// Throws Error(kUsage) where there is no data to run it on.
void settle_types(Model& model, JobData& data);

/// The same for who writes no files: without data the types at the border stay open.
void look_at_types(Model& model, JobData& data);

}  // namespace qtool
