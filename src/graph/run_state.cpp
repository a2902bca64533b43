#include "graph/run_state.h"

#include <map>
#include <utility>

#include "graph/carried_state.h"
#include "graph/ir/attributes.h"
#include "graph/ir/state.h"

namespace qtool {

namespace jit = torch::jit;

namespace {

std::vector<StateSlot> as_now(std::vector<StateSlot> slots) {
  for (auto& slot : slots) slot.value = slot.owner._ivalue()->getSlot(slot.slot);
  return slots;
}

void put_back(const std::vector<StateSlot>& slots) {
  for (const auto& slot : slots) slot.owner._ivalue()->setSlot(slot.slot, slot.value);
}

}  // namespace

struct CarriedState::Impl {
  struct Carried {
    std::vector<StateSlot> first;
    int64_t samples = 0;  ///< of the last run
  };
  std::map<const void*, Carried> models;  ///< by the owner of their first slot, which the slot keeps alive
};

namespace {

thread_local CarriedState::Impl* current_state = nullptr;

}  // namespace

CarriedState::CarriedState()
    : impl_(std::make_unique<Impl>()), outer_(std::exchange(current_state, impl_.get())) {}

CarriedState::~CarriedState() {
  for (const auto& [owner, carried] : impl_->models) put_back(carried.first);
  current_state = outer_;
}

std::vector<std::string> state_names(const Model& canonical) {
  return written_paths(*canonical.module().get_method("forward").graph());
}

std::vector<StateSlot> state_slots(const jit::Module& module, jit::Graph& forward) {
  std::vector<StateSlot> slots;
  for (const auto& path : written_paths(forward)) {
    const auto [owner_path, name] = owner_and_name(path);
    const auto owner = module_at(module, owner_path);
    slots.push_back({owner, owner.type()->getAttributeSlot(name), {}});
  }
  return slots;
}

RunState::RunState(const std::vector<StateSlot>& slots, int64_t samples) {
  if (slots.empty()) return;
  if (!current_state) {
    before_ = as_now(slots);
    return;
  }
  auto& carried = current_state->models[slots[0].owner._ivalue().get()];
  if (carried.first.empty()) carried.first = as_now(slots);
  if (carried.samples != samples) put_back(carried.first);
  carried.samples = samples;
}

RunState::~RunState() { put_back(before_); }

}  // namespace qtool
