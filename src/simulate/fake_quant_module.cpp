#include "simulate/fake_quant_module.h"

#include <ATen/ops/zeros.h>

#include "graph/ir/attributes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

constexpr const char* kActivation = R"(
def follow(self, x):
  values = x.detach()
  self.low.add_(0.01 * (torch.min(values) - self.low))
  self.high.add_(0.01 * (torch.max(values) - self.high))
  low = torch.clamp_max(self.low, 0.)
  high = torch.clamp_min(self.high, 0.)
  middle = (self.qmax + 1) // 2
  if self.symmetric:
    scale = torch.maximum(-low, high) / float(self.qmax - middle)
  else:
    scale = (high - low) / float(self.qmax)
  scale = torch.where(scale > 0., scale, torch.ones_like(scale))
  self.scale.copy_(scale)
  if self.symmetric:
    self.zero_point.fill_(middle)
  else:
    self.zero_point.copy_(torch.clamp(torch.round(-low / scale), 0, self.qmax))

def forward(self, x):
  if bool(self.observe):
    self.follow(x)
  if bool(self.enabled):
    x = torch.fake_quantize_per_tensor_affine(x, self.scale, self.zero_point, 0, self.qmax)
  return x

def to_steps(self, x):
  steps = x / self.scale
  if bool(self.enabled):
    steps = torch.fake_quantize_per_tensor_affine(steps, torch.ones_like(self.scale), self.zero_point, 0, self.qmax)
  return steps

def from_steps(self, steps):
  if bool(self.enabled):
    steps = torch.fake_quantize_per_tensor_affine(steps, torch.ones_like(self.scale), self.zero_point, 0, self.qmax)
  return steps * self.scale
)";

/// As LibTorch's kernels of dynamic quantization, whose grid covers what there is, and zero. Types stand by number: 7
/// is double, 6 float, 3 int.
constexpr const char* kAtRunTime = R"(
def forward(self, x):
  if bool(self.enabled) and x.numel() > 0:
    low = torch.clamp_max(torch.min(x), 0.).to(7)
    high = torch.clamp_min(torch.max(x), 0.).to(7)
    scale = (high - low) / float(self.qmax)
    scale = torch.where(scale > 0., scale, torch.ones_like(scale))
    zero_point = torch.clamp(torch.round(-low / scale), 0, self.qmax)
    x = torch.fake_quantize_per_tensor_affine(x, scale.to(6), zero_point.to(3), 0, self.qmax)
  return x

def lstm_step(self, of_x, of_h, states: List[Tensor]):
  gates = torch.chunk(of_x + of_h, 4, 1)
  c = torch.sigmoid(gates[1]) * states[1] + torch.sigmoid(gates[0]) * torch.tanh(gates[2])
  return [torch.sigmoid(gates[3]) * torch.tanh(c), c]

def gru_step(self, of_x, of_h, states: List[Tensor]):
  x = torch.chunk(of_x, 3, 1)
  h = torch.chunk(of_h, 3, 1)
  reset = torch.sigmoid(x[0] + h[0])
  update = torch.sigmoid(x[1] + h[1])
  new = torch.tanh(x[2] + h[2] * reset)
  return [(states[0] - new) * update + new]

def direction(self, gates_of_x, states: List[Tensor], weight, bias: Optional[Tensor], is_reverse: bool):
  steps: List[Tensor] = []
  for i in range(gates_of_x.size(0)):
    of_x = gates_of_x[gates_of_x.size(0) - 1 - i if is_reverse else i]
    of_h = torch.linear(self.forward(states[0]), weight, bias)
    states = self.lstm_step(of_x, of_h, states) if len(states) == 2 else self.gru_step(of_x, of_h, states)
    steps.append(states[0])
  if is_reverse:
    steps.reverse()
  return torch.stack(steps), states

def layers(self, x, first: List[Tensor], params: List[Tensor], has_biases: bool, num_layers: int,
           bidirectional: bool, batch_first: bool):
  x = torch.transpose(x, 0, 1) if batch_first else x
  each = 4 if has_biases else 2
  directions = 2 if bidirectional else 1
  last: List[List[Tensor]] = []
  for _ in first:
    none: List[Tensor] = []
    last.append(none)
  for layer in range(num_layers):
    outputs: List[Tensor] = []
    rounded = self.forward(x)
    for direction in range(directions):
      k = layer * directions + direction
      w = params[k * each:(k + 1) * each]
      bias_x: Optional[Tensor] = None
      bias_h: Optional[Tensor] = None
      if has_biases:
        bias_x = w[2]
        bias_h = w[3]
      gates_of_x = torch.linear(rounded, w[0], bias_x)
      y, states = self.direction(gates_of_x, [state[k] for state in first], w[1], bias_h, direction == 1)
      outputs.append(y)
      for i in range(len(states)):
        last[i].append(states[i])
    x = torch.cat(outputs, 2)
  return torch.transpose(x, 0, 1) if batch_first else x, [torch.stack(states) for states in last]

def lstm(self, x, hx: List[Tensor], params: List[Tensor], has_biases: bool, num_layers: int, dropout: float,
         train: bool, bidirectional: bool, batch_first: bool):
  y, last = self.layers(x, hx, params, has_biases, num_layers, bidirectional, batch_first)
  return y, last[0], last[1]

def gru(self, x, hx, params: List[Tensor], has_biases: bool, num_layers: int, dropout: float, train: bool,
        bidirectional: bool, batch_first: bool):
  y, last = self.layers(x, [hx], params, has_biases, num_layers, bidirectional, batch_first)
  return y, last[0]

def lstm_cell(self, x, hx: List[Tensor], w_ih, w_hh, b_ih: Optional[Tensor], b_hh: Optional[Tensor]):
  of_x = torch.linear(self.forward(x), w_ih, b_ih)
  of_h = torch.linear(self.forward(hx[0]), w_hh, b_hh)
  states = self.lstm_step(of_x, of_h, hx)
  return states[0], states[1]

def gru_cell(self, x, hx, w_ih, w_hh, b_ih: Optional[Tensor], b_hh: Optional[Tensor]):
  of_x = torch.linear(self.forward(x), w_ih, b_ih)
  of_h = torch.linear(self.forward(hx), w_hh, b_hh)
  return self.gru_step(of_x, of_h, [hx])[0]
)";

constexpr const char* kWeight = R"(
def follow(self, weight):
  values = weight.detach()
  if self.group > 0:
    rows = values.reshape([-1, self.group])
  else:
    rows = values.reshape([1, -1]) if self.axis < 0 else values.transpose(0, self.axis).flatten(1)
  self.low.copy_(torch.amin(rows, [1]))
  self.high.copy_(torch.amax(rows, [1]))
  scale = torch.maximum(-self.low / self.steps_below, self.high / self.steps_above)
  self.scale.copy_(torch.where(scale > 0., scale, torch.ones_like(scale)))

def forward(self, weight):
  if bool(self.observe):
    self.follow(weight)
  if bool(self.enabled):
    if self.axis < 0:
      weight = torch.fake_quantize_per_tensor_affine(weight, self.scale, self.zero_point, self.qmin, self.qmax)
    elif self.group > 0:
      rows = torch.fake_quantize_per_channel_affine(weight.reshape([-1, self.group]), self.scale, self.zero_point, 0,
                                                    self.qmin, self.qmax)
      weight = rows.reshape(weight.shape)
    else:
      weight = torch.fake_quantize_per_channel_affine(weight, self.scale, self.zero_point, self.axis, self.qmin,
                                                      self.qmax)
  return weight
)";

jit::Module prototype(const char* type_name, const char* source, bool is_activation) {
  auto module = empty_module(type_name);
  for (const char* name : {"low", "high", "scale", "zero_point", "observe", "enabled"})
    module.register_buffer(name, at::zeros({1}));
  module.register_attribute("site", c10::StringType::get(), std::string());
  module.register_attribute("qmax", c10::IntType::get(), int64_t{255});
  if (is_activation) {
    module.register_attribute("symmetric", c10::BoolType::get(), false);
  } else {
    module.register_attribute("axis", c10::IntType::get(), int64_t{-1});
    module.register_attribute("group", c10::IntType::get(), int64_t{0});
    module.register_attribute("qmin", c10::IntType::get(), int64_t{-127});
    module.register_attribute("steps_below", c10::FloatType::get(), 127.0);
    module.register_attribute("steps_above", c10::FloatType::get(), 127.0);
  }
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define(source);
  return module;
}

}  // namespace

FakeQuantModules::FakeQuantModules()
    : activation_(prototype("FakeQuantActivation", kActivation, /*is_activation=*/true)),
      at_run_time_(prototype("FakeQuantAtRunTime", kAtRunTime, /*is_activation=*/true)),
      weight_(prototype("FakeQuantWeight", kWeight, /*is_activation=*/false)) {}

jit::Module FakeQuantModules::make(const Site& site, const FakeQuantState& state) const {
  const bool is_weight = site.role == SiteRole::kWeight;
  const auto& of_value = site.source == GridSource::kRunTime ? at_run_time_ : activation_;
  const auto& like = is_weight ? weight_ : of_value;
  jit::Module module(like._ivalue()->compilation_unit(), like.type());
  module.setattr("low", state.low);
  module.setattr("high", state.high);
  module.setattr("scale", state.scale);
  module.setattr("zero_point", state.zero_point);
  module.setattr("observe", state.observe);
  module.setattr("enabled", state.enabled);
  module.setattr("site", site.name);
  module.setattr("qmax", site.scheme.qmax());
  module.setattr("training", false);
  if (!is_weight) {
    module.setattr("symmetric", site.scheme.symmetry() == Symmetry::kSymmetric);
    return module;
  }
  const bool per_channel = site.scheme.granularity() == Granularity::kPerChannel;
  module.setattr("axis", per_channel ? site.scheme.axis() : -1);
  module.setattr("group", site.scheme.group());
  module.setattr("qmin", site.scheme.qmin());
  module.setattr("steps_below", site.scheme.steps_below());
  module.setattr("steps_above", site.scheme.steps_above());
  return module;
}

}  // namespace qtool
