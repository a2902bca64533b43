#include "export/target.h"

#include "export/torchscript/quantized_ops.h"
#include "graph/belongings.h"
#include "graph/read/read_model.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

void save_as_client_sees_it(Model made, const Model& original, const std::string& path) {
  carry_over(original, made);
  made.save(path);
}

void write_quantized_ops(const Solution& solution, const Model& original, const std::string& path) {
  save_as_client_sees_it(lower_to_quantized_ops(solution), original, path);
}

void write_simulation(const Solution& solution, const Model& original, const std::string& path) {
  save_as_client_sees_it(simulate(solution), original, path);
}

constexpr Target kTargets[] = {{"libtorch", "model.int8.pt", "int8 by LibTorch's quantized:: operators",
                                backend_of, write_quantized_ops, read_model},
                               {"simulation", "model.fakequant.pt", "float32 that computes what int8 does",
                                nullptr, write_simulation, read_model}};

}  // namespace

std::span<const Target> targets() { return kTargets; }

const Target& libtorch_target() { return kTargets[0]; }

const Target& simulation_target() { return kTargets[1]; }

}  // namespace qtool
