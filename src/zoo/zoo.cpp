#include "zoo/zoo.h"

#include <functional>

#include "base/error.h"
#include "base/names.h"
#include "zoo/networks.h"

namespace qtool {
namespace {

struct Network {
  const char* name;
  const char* help;
  ModuleBuilder (*define)(const zoo::Task&, zoo::Init&);
  int64_t multiple;  ///< height and width must be multiples of this many pixels
};
constexpr Network kNetworks[] = {
    {"lenet", "two convolutions, three linear layers; the smallest and fastest", zoo::lenet, 4},
    {"resnet8", "a stem and three residual blocks with batch norm", zoo::resnet8, 4},
    {"mobilenet", "six inverted residual blocks with depthwise convolutions and ReLU6", zoo::mobilenet, 4},
    {"transformer", "a vision transformer: 4x4 patches, three blocks, GELU, layer norm", zoo::transformer,
     4}};

const Network& find_network(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& network : kNetworks) {
    if (name == network.name) return network;
    known.emplace_back(network.name);
  }
  throw Error(ErrorKind::kUsage, {.what = "unknown network 'zoo:" + name + "'" + did_you_mean(name, known),
                                  .got = "zoo:" + name,
                                  .expected = "zoo: and one of " + join(known),
                                  .fix = "write one of these names, or the path of a TorchScript file"});
}

void check_input_shape(const Network& network, const std::vector<int64_t>& shape, int64_t classes) {
  const bool is_image = shape.size() == 3 && shape[0] > 0 && shape[1] > 0 && shape[2] > 0;
  if (is_image && classes > 0 && shape[1] % network.multiple == 0 && shape[2] % network.multiple == 0) return;
  std::vector<std::string> sizes;
  for (const int64_t size : shape) sizes.push_back(std::to_string(size));
  throw Error(ErrorKind::kUsage,
              {.what = std::string("zoo:") + network.name + " cannot be built for this data",
               .got = "samples of shape [" + join(sizes) + "], " + std::to_string(classes) + " classes",
               .expected = "images [C, H, W] whose height and width are multiples of " +
                           std::to_string(network.multiple) + ", and at least one class",
               .fix = "use data with labels, and resize= or crop= in the data spec"});
}

}  // namespace

std::vector<ZooEntry> list_zoo() {
  std::vector<ZooEntry> entries;
  for (const auto& network : kNetworks) entries.push_back({network.name, network.help});
  return entries;
}

bool is_zoo(const std::string& model) { return model.starts_with(kZoo); }

Model build_zoo(const std::string& name, const std::vector<int64_t>& input_shape, int64_t classes,
                uint64_t seed) {
  const Network& network = find_network(name);
  check_input_shape(network, input_shape, classes);
  zoo::Init init(seed);
  const zoo::Task task{
      .channels = input_shape[0], .height = input_shape[1], .width = input_shape[2], .classes = classes};
  return network.define(task, init).build();
}

}  // namespace qtool
