#pragma once
#include <functional>
#include <vector>

#include "base/progress.h"
#include "explain/trial.h"
#include "job/road/quantization.h"
#include "report/tune/tune_report.h"

namespace qtool {

/// The bits that weights are tried at, besides float.
inline constexpr int64_t kTriedBits[] = {8, 6, 4, 3, 2};

/// The layers whose precision can be chosen, with all choices that they have, none measured: those that are int8 by the
/// recipe, and whose weight no rule holds at its bits. In the order of the graph.
[[nodiscard]] std::vector<TuneLayer> tunable_layers(const Quantization& quantization, const Recipe& recipe);

/// Measures what noise each choice of each layer that has not been measured adds to the outputs, alone: that of its own
/// activations and that of its weight at these bits; float adds none. Of simulated models whose sites are switched, so
/// for each layer as many forward passes as it has choices. `measured` is called after each layer.
void measure_layers(std::vector<TuneLayer>& layers, const Quantization& quantization, const Recipe& recipe,
                    const Statistics& statistics, const Trial& trial, Progress& progress,
                    const std::function<void()>& measured);

}  // namespace qtool
