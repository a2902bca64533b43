#pragma once
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Scales all gradients by one factor so that their common norm is at most `max_norm`; returns the norm
/// before. Source: Pascanu et al., "On the difficulty of training recurrent neural networks",
/// arXiv:1211.5063.
double clip_gradient_norm(const std::vector<NamedTensor>& parameters, double max_norm);

}  // namespace qtool
