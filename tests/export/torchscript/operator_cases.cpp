#include "operator_cases.h"

namespace qtool {
namespace {

using Shape = std::vector<int64_t>;

/// `y = <expression of h>` between a 3x3 convolution to 8 channels and a 1x1 one of `channels` channels.
OperatorCase between(const std::string& kind, const std::string& detail, const std::string& kernel,
                     const std::string& expression, int64_t channels = 8) {
  return {kind,
          detail,
          kernel,
          {"h = torch.conv2d(x, w1, b1, [1, 1], [1, 1]); y = " + expression + "; return torch.conv2d(y, w2)",
           {{"w1", {8, 3, 3, 3}}, {"b1", {8}}, {"w2", {8, channels, 1, 1}}}}};
}

/// Likewise, with a linear layer of `features` behind.
OperatorCase before_linear(const std::string& kind, const std::string& detail, const std::string& kernel,
                           const std::string& expression, int64_t features) {
  return {
      kind,
      detail,
      kernel,
      {"h = torch.conv2d(x, w1, b1, [1, 1], [1, 1]); y = " + expression + "; return torch.linear(y, w2, b2)",
       {{"w1", {8, 3, 3, 3}}, {"b1", {8}}, {"w2", {5, features}}, {"b2", {5}}}}};
}

/// `return <expression of h>` behind a 3x3 convolution to 8 channels.
OperatorCase layer(const std::string& kind, const std::string& detail, const std::string& expression,
                   const Shape& weight) {
  return {kind,
          detail,
          "quantized::" + kind.substr(6) + "(",
          {"h = torch.conv2d(x, w1, b1, [1, 1], [1, 1]); return " + expression,
           {{"w1", {8, 3, 3, 3}}, {"b1", {8}}, {"w2", weight}, {"b2", {8}}, {"b3", {16}}}}};
}

OperatorCase layer_1d(const std::string& kind, const std::string& detail, const std::string& expression,
                      const Shape& weight) {
  return {kind,
          detail,
          "quantized::" + kind.substr(6) + "(",
          {"h = torch.conv1d(x, w1, b1, [1], [1]); return " + expression,
           {{"w1", {8, 3, 3}}, {"b1", {8}}, {"w2", weight}, {"b2", {8}}},
           {4, 3, 16}}};
}

/// Behind a linear layer, which engines without a kernel of three dimensions have.
OperatorCase layer_3d(const std::string& detail, const std::string& expression, const Shape& weight) {
  return {"aten::conv3d",
          detail,
          "quantized::conv3d(",
          {"h = torch.conv3d(torch.linear(x, w0), w1, b1, [1, 1, 1], [1, 1, 1]); return " + expression,
           {{"w0", {5, 5}}, {"w1", {8, 3, 3, 3, 3}}, {"b1", {8}}, {"w2", weight}, {"b2", {8}}},
           {2, 3, 4, 5, 5}}};
}

/// `<expression of h>` between a linear layer of three and one of eight channels, of five axes.
OperatorCase pooled_3d(const std::string& kind, const std::string& expression) {
  return {
      kind,
      "",
      kind + "(",
      {"h = torch.linear(x, w1, b1); y = " + expression + "; return torch.linear(torch.flatten(y, 1), w2)",
       {{"w1", {6, 6}}, {"b1", {6}}, {"w2", {4, kind == "aten::adaptive_avg_pool3d" ? 3 : 3 * 2 * 3 * 3}}},
       {2, 3, 4, 6, 6}}};
}

/// `y = <expression of h>` between convolutions as in between(), with the parameters of a batch norm.
OperatorCase batch_norm(const std::string& detail, const std::string& kernel, const std::string& expression) {
  auto row = between("aten::batch_norm", detail, kernel, expression);
  for (const auto* name : {"gamma", "beta", "mu", "variance"}) row.net.parameters.push_back({name, {8}});
  return row;
}

std::vector<OperatorCase> layers() {
  return {
      layer("aten::conv2d", "plain", "torch.conv2d(h, w2, b2, [1, 1], [1, 1])", {8, 8, 3, 3}),
      layer("aten::conv2d", "without bias", "torch.conv2d(h, w2, None, [1, 1], [1, 1])", {8, 8, 3, 3}),
      layer("aten::conv2d", "grouped", "torch.conv2d(h, w2, b2, [1, 1], [1, 1], [1, 1], 2)", {8, 4, 3, 3}),
      layer("aten::conv2d", "depthwise", "torch.conv2d(h, w2, b2, [1, 1], [1, 1], [1, 1], 8)", {8, 1, 3, 3}),
      layer("aten::conv2d", "depthwise 5x5", "torch.conv2d(h, w2, b2, [1, 1], [2, 2], [1, 1], 8)",
            {8, 1, 5, 5}),
      layer("aten::conv2d", "depthwise behind uneven padding",
            "torch.conv2d(torch.constant_pad_nd(h, [0, 1, 0, 1], 0), w2, b2, [2, 2], [0, 0], [1, 1], 8)",
            {8, 1, 3, 3}),
      layer("aten::conv2d", "dilated", "torch.conv2d(h, w2, b2, [1, 1], [2, 2], [2, 2])", {8, 8, 3, 3}),
      layer("aten::conv2d", "strided", "torch.conv2d(h, w2, b2, [2, 2])", {8, 8, 3, 3}),
      layer("aten::conv2d", "oblong", "torch.conv2d(h, w2, b2, [2, 1], [0, 2])", {8, 8, 1, 5}),
      layer("aten::conv2d", "same", "torch.conv2d(h, w2, b2, [1, 1], 'same')", {8, 8, 3, 3}),
      layer("aten::conv2d", "depthwise of many channels",
            "torch.conv2d(torch.cat([h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h], 1), w2, None, [1, 1], "
            "[1, 1], [1, 1], 128)",
            {128, 1, 3, 3}),
      layer_1d("aten::conv1d", "plain", "torch.conv1d(h, w2, b2, [1], [1])", {8, 8, 3}),
      layer_1d("aten::conv1d", "grouped, dilated, strided", "torch.conv1d(h, w2, b2, [2], [2], [2], 2)",
               {8, 4, 3}),
      layer_3d("plain", "torch.conv3d(h, w2, b2, [1, 1, 1], [1, 1, 1])", {8, 8, 3, 3, 3}),
      layer_3d("grouped, strided, without bias",
               "torch.conv3d(h, w2, None, [2, 1, 1], [0, 1, 1], [1, 1, 1], 2)", {8, 4, 1, 3, 3}),
      pooled_3d("aten::max_pool3d", "torch.max_pool3d(h, [2, 2, 2])"),
      pooled_3d("aten::avg_pool3d", "torch.avg_pool3d(h, [2, 2, 2])"),
      pooled_3d("aten::adaptive_avg_pool3d", "torch.adaptive_avg_pool3d(h, [1, 1, 1])"),
      layer("aten::conv_transpose2d", "plain", "torch.conv_transpose2d(h, w2, b2, [2, 2])", {8, 8, 2, 2}),
      layer("aten::conv_transpose2d", "padded", "torch.conv_transpose2d(h, w2, b2, [2, 2], [1, 1], [1, 1])",
            {8, 8, 3, 3}),
      layer("aten::conv_transpose2d", "grouped",
            "torch.conv_transpose2d(h, w2, b2, [2, 2], [0, 0], [0, 0], 2)", {8, 4, 2, 2}),
      layer("aten::conv_transpose2d", "dilated",
            "torch.conv_transpose2d(h, w2, b2, [1, 1], [0, 0], [0, 0], 1, [2, 2])", {8, 8, 2, 2}),
      layer("aten::conv_transpose2d", "to more channels", "torch.conv_transpose2d(h, w2, b3, [2, 2])",
            {8, 16, 3, 3}),
      layer("aten::conv_transpose2d", "kernel 3x3", "torch.conv_transpose2d(h, w2, b2, [2, 2])",
            {8, 8, 3, 3}),
      layer_1d("aten::conv_transpose1d", "plain", "torch.conv_transpose1d(h, w2, b2, [2])", {8, 8, 2}),
      layer_1d("aten::conv_transpose1d", "padded", "torch.conv_transpose1d(h, w2, b2, [2], [1], [1])",
               {8, 8, 3}),
      {"aten::linear",
       "of rows",
       "quantized::linear(",
       {"return torch.linear(torch.linear(x, w1, b1), w2, b2)",
        {{"w1", {16, 12}}, {"b1", {16}}, {"w2", {5, 16}}, {"b2", {5}}},
        {32, 12}}},
      {"aten::linear",
       "of sequences, without bias",
       "quantized::linear(",
       {"return torch.linear(torch.linear(x, w1), w2)", {{"w1", {16, 12}}, {"w2", {5, 16}}}, {4, 7, 12}}},
  };
}

std::vector<OperatorCase> combinations() {
  return {
      between("aten::add", "plain", "quantized::add(", "h + torch.conv2d(x, w1, b1, [1, 1], [1, 1])"),
      between("aten::add", "with relu", "quantized::add_relu(", "torch.relu(h + torch.conv2d(h, w2))"),
      between("aten::add", "to itself", "quantized::add(", "h + h"),
      between("aten::add", "broadcast", "quantized::add(", "h + torch.mean(h, [2, 3], True)"),
      between("aten::mul", "plain", "quantized::mul(", "h * torch.conv2d(h, w2)"),
      between("aten::mul", "with relu", "quantized::mul_relu(", "torch.relu(h * torch.conv2d(h, w2))"),
      between("aten::mul", "squeeze and excite", "quantized::mul(",
              "h * torch.sigmoid(torch.conv2d(torch.adaptive_avg_pool2d(h, [1, 1]), w2))"),
      between("aten::cat", "along channels", "quantized::cat(",
              "torch.cat([h, torch.relu(torch.conv2d(x, w1, b1, [1, 1], [1, 1]))], 1)", 16),
      between("aten::cat", "of three along rows", "quantized::cat(", "torch.cat([h, torch.relu(h), h], 2)"),
      between("aten::cat", "with relu", "quantized::cat_relu(", "torch.relu(torch.cat([h, h * h], 3))"),
  };
}

std::vector<OperatorCase> curves() {
  return {
      between("aten::sigmoid", "", "aten::sigmoid(", "torch.sigmoid(h)"),
      between("aten::hardswish", "", "quantized::hardswish(", "torch.hardswish(h)"),
      between("aten::leaky_relu", "", "quantized::leaky_relu(", "torch.leaky_relu(h, 0.1)"),
      between("aten::elu", "", "quantized::elu(", "torch.elu(h, 0.7)"),
      between("aten::tanh", "", "aten::tanh(", "torch.tanh(h)"),
      batch_norm("of a pooled tensor", "quantized::batch_norm(",
                 "torch.batch_norm(torch.max_pool2d(h, [2, 2]), gamma, beta, mu, variance, False, 0.1, "
                 "0.00001, False)"),
      batch_norm("with relu, without weight", "quantized::batch_norm_relu(",
                 "torch.relu(torch.batch_norm(torch.cat([h, h], 2), None, None, mu, variance, False, 0.1, "
                 "0.00001, False))"),
      between("aten::hardsigmoid", "", "aten::hardsigmoid(", "torch.hardsigmoid(h)"),
      between("aten::relu", "fused", "quantized::conv2d_relu(", "torch.relu(h)"),
      between("aten::relu", "between others", "aten::relu(", "torch.relu(torch.max_pool2d(h, [2, 2]))"),
      between("aten::hardtanh", "fused relu6", "", "torch.hardtanh(h, 0.0, 6.0)"),
      between("aten::hardtanh", "on its own", "aten::hardtanh(", "torch.hardtanh(h, -1.0, 1.0)"),
  };
}

std::vector<OperatorCase> movers() {
  return {
      before_linear("aten::flatten", "", "aten::flatten(", "torch.flatten(h, 1)", 8 * 49),
      before_linear("aten::reshape", "", "aten::reshape(", "torch.reshape(h, [h.size(0), -1])", 8 * 49),
      before_linear("aten::reshape", "of a view", "aten::reshape(", "h.view([-1, 8 * 49])", 8 * 49),
      before_linear("aten::permute", "", "aten::permute(", "h.permute([0, 2, 3, 1])", 8),
      before_linear("aten::transpose", "", "aten::transpose(", "torch.transpose(h, 1, 3)", 8),
      before_linear("aten::squeeze", "one axis", "aten::squeeze(",
                    "torch.squeeze(torch.max_pool2d(h, [7, 2]), 2)", 3),
      before_linear("aten::squeeze", "all axes", "aten::squeeze(",
                    "torch.squeeze(torch.max_pool2d(h, [7, 2]))", 3),
      before_linear("aten::unsqueeze", "", "aten::unsqueeze(", "torch.unsqueeze(h, 1)", 7),
      between("aten::slice", "of channels", "aten::slice(", "h[:, 2:6]", 4),
      between("aten::slice", "with a step, from the end", "aten::slice(", "h[:, :, -6::2, :-1]"),
      between("aten::slice", "chunks, shuffled", "aten::slice(",
              "h; a, b = torch.chunk(h, 2, 1); y = torch.cat([b, a], 1)"),
      between("aten::slice", "split in pieces of 3, 3 and 2", "aten::slice(",
              "h; a, b, c = torch.split(h, 3, 1); y = torch.cat([c, a, b], 1)"),
      between("aten::slice", "split by sizes", "aten::slice(",
              "h; a, b = torch.split_with_sizes(h, [5, 3], 1); y = torch.cat([b, a], 1)"),
      between("aten::slice", "narrow", "aten::slice(", "torch.narrow(h, 1, 3, 4)", 4),
      before_linear("aten::select", "", "aten::select(", "h.select(1, 2)", 7),
      before_linear("aten::select", "unbound", "aten::select(",
                    "h; a, b, c, d, e, f, g = torch.unbind(h, 2); y = torch.flatten(g, 1)", 8 * 7),
      between("aten::pixel_shuffle", "", "aten::pixel_shuffle(", "torch.pixel_shuffle(h, 2)", 2),
      between("aten::cat", "as stack", "quantized::cat(",
              "torch.flatten(torch.stack([h, torch.relu(h)], 1), 1, 2)", 16),
      {"aten::max_pool1d",
       "",
       "aten::max_pool1d(",
       {"h = torch.conv1d(x, w1, b1, [1], [1]); return torch.conv1d(torch.max_pool1d(h, [2]), w2)",
        {{"w1", {8, 3, 3}}, {"b1", {8}}, {"w2", {8, 8, 1}}},
        {4, 3, 16}}},
      between("aten::max_pool2d", "plain", "aten::max_pool2d(", "torch.max_pool2d(h, [2, 2])"),
      between("aten::max_pool2d", "overlapping", "aten::max_pool2d(",
              "torch.max_pool2d(h, [3, 3], [2, 2], [1, 1])"),
      between("aten::max_pool2d", "dilated", "aten::max_pool2d(",
              "torch.max_pool2d(h, [3, 3], [2, 2], [1, 1], [2, 2])"),
      between("aten::max_pool2d", "of one value", "aten::max_pool2d(", "torch.max_pool2d(h, [1, 1], [2, 2])"),
      between("aten::max_pool2d", "ceil mode", "aten::max_pool2d(",
              "torch.max_pool2d(h, [3, 3], [2, 2], [0, 0], [1, 1], True)"),
      between("aten::upsample_nearest2d", "by size", "aten::upsample_nearest2d(",
              "torch.upsample_nearest2d(h, [16, 16])"),
      between("aten::upsample_nearest2d", "by factor", "aten::upsample_nearest2d(",
              "torch.upsample_nearest2d(h, None, [2.0, 2.0])"),
      between("aten::constant_pad_nd", "", "aten::constant_pad_nd(",
              "torch.relu(torch.constant_pad_nd(h, [1, 2, 0, 1], 0))"),
  };
}

std::vector<OperatorCase> pools() {
  return {
      between("aten::adaptive_avg_pool2d", "to one", "aten::adaptive_avg_pool2d(",
              "torch.adaptive_avg_pool2d(h, [1, 1])"),
      between("aten::adaptive_avg_pool2d", "to 3x3", "aten::adaptive_avg_pool2d(",
              "torch.adaptive_avg_pool2d(h, [3, 3])"),
      between("aten::avg_pool2d", "plain", "aten::avg_pool2d(", "torch.avg_pool2d(h, [2, 2])"),
      between("aten::avg_pool2d", "padded", "aten::avg_pool2d(",
              "torch.avg_pool2d(h, [3, 3], [2, 2], [1, 1])"),
      between("aten::avg_pool2d", "padding not counted", "aten::avg_pool2d(",
              "torch.avg_pool2d(h, [3, 3], [2, 2], [1, 1], False, False)"),
      between("aten::avg_pool2d", "divided by a number", "aten::avg_pool2d(",
              "torch.avg_pool2d(h, [2, 2], [2, 2], [0, 0], False, True, 4)"),
      between("aten::mean", "of planes, kept", "aten::mean(", "torch.mean(h, [2, 3], True)"),
      before_linear("aten::mean", "of planes", "aten::mean(", "torch.mean(h, [2, 3])", 8),
      before_linear("aten::mean", "of the last axis", "aten::mean(", "torch.mean(h, [-1])", 7),
      // Of an odd number: LibTorch's kernel averages real values, where ties fall to either side.
      {"aten::mean",
       "of channels",
       "aten::mean(",
       {"h = torch.conv2d(x, w1, b1, [1, 1], [1, 1]); return torch.linear(torch.mean(h, [1]), w2)",
        {{"w1", {9, 3, 3, 3}}, {"b1", {9}}, {"w2", {5, 7}}}}},
      between("aten::upsample_bilinear2d", "by size", "aten::upsample_bilinear2d(",
              "torch.upsample_bilinear2d(h, [16, 16], False)"),
      between("aten::upsample_bilinear2d", "aligned, by factor", "aten::upsample_bilinear2d(",
              "torch.upsample_bilinear2d(h, None, True, [2.0, 2.0])"),
  };
}

}  // namespace

const std::vector<OperatorCase>& operator_cases() {
  static const auto cases = [] {
    std::vector<OperatorCase> all;
    for (auto* group : {layers, combinations, curves, movers, pools})
      for (auto& row : group()) all.push_back(std::move(row));
    return all;
  }();
  return cases;
}

}  // namespace qtool
