#include "export/onnx/operators.h"

#include <ATen/TensorOperators.h>

#include "catch.h"
#include "data/files.h"
#include "export/onnx/write_model.h"
#include "onnx_text.h"
#include "run/openvino_runtime.h"
#include "skip.h"

using namespace qtool;

namespace {

const SmallNet kNets[] = {
    // Layers.
    {"return torch.conv2d(x, w, b, [2, 1], [1, 0], [1, 2])", {{"w", {4, 3, 3, 3}}, {"b", {4}}}},
    {"return torch.conv2d(x, w, None, [1, 1], 'same')", {{"w", {4, 3, 3, 3}}}},
    {"return torch.conv2d(x, w, None, [1, 1], [1, 1], [1, 1], 3)", {{"w", {6, 1, 3, 3}}}},
    {"return torch.conv1d(x.flatten(2), w, b)", {{"w", {4, 3, 5}}, {"b", {4}}}},
    {"return torch.conv_transpose2d(x, w, b, [2, 2], [1, 1], [1, 1])", {{"w", {3, 4, 3, 3}}, {"b", {4}}}},
    {"return torch.linear(x.flatten(1), w, b)", {{"w", {5, 147}}, {"b", {5}}}},
    {"return torch.linear(x, w)", {{"w", {5, 7}}}},
    {"return torch.matmul(x, x.transpose(2, 3))", {}},
    {"return torch.einsum('nchw,nchv->nhwv', x, x)", {}},
    {"return torch.layer_norm(x, [7], w, b)", {{"w", {7}}, {"b", {7}}}},
    {"return torch.group_norm(torch.cat([x, x], 1), 2, w, b)", {{"w", {6}}, {"b", {6}}}},
    {"return torch.instance_norm(x, None, None, None, None, True, 0.1, 0.01, True)", {}},
    // Each value for itself, or pairs of them.
    {"return torch.gelu(x) + torch.silu(x) * torch.hardswish(x)", {}},
    {"return torch.sigmoid(x) - torch.tanh(x) / (torch.exp(x) + 2)", {}},
    {"return torch.leaky_relu(x, 0.2) + torch.elu(x, 0.5)", {}},
    {"return torch.hardsigmoid(x) + torch.clamp(x, -0.5, 0.25) + torch.clamp(x, min=0.1)", {}},
    {"return torch.prelu(x, w) + torch.softplus(x)", {{"w", {3}}}},
    {"return torch.rsqrt(x.abs() + 1) + torch.erf(x) + x.pow(2) + torch.sqrt(x * x + 1)", {}},
    {"return 1 - x * 3 + torch.where(x > 0, x, 2 * x) + x.masked_fill(x < -1, 5.)", {}},
    {"return torch.maximum(x, -x) + torch.addcmul(x, x, x, value=0.5)", {}},
    {"n = (x * 9).to(4); return torch.floor_divide(n, 2) + torch.div(n, -4, rounding_mode='floor') * x", {}},
    {"return torch.max(x, -x) + torch.mul(x > 0, x < 1).to(6) + (x * 3).to(4).pow(2).to(6)", {}},
    {"return x.clamp(x.mean(1, True), limit.view(3, 1, 1))", {{"limit", {3}}}},
    {"return torch.add(x, x, alpha=3) + torch.floor(x) + (x != x.round()).to(6)", {}},
    // Moves.
    {"return x.reshape(x.size(0), -1)", {}},
    {"return x.view(x.size(0), x.size(1) * 7, 7).permute(0, 2, 1).unsqueeze(1)", {}},
    {"return x.flatten(1, 2).unflatten(1, [3, 7]).squeeze(0)", {}},
    {"return x[:, 1:, ::2, -3:].contiguous()", {}},
    {"return torch.cat([x[:, 0], x.select(1, -1)], 1)", {}},
    {"a, b = x.chunk(2, 3); return torch.cat([b, a], 3)", {}},
    {"a, b = x.split([3, 4], 2); return torch.stack([a[:, :, :3], b[:, :, :3]], 1)", {}},
    {"return x.roll([2, -1], [2, 3]) + x.roll([16], [3]) + x.flip([3])", {}},
    {"return x[:, 0:1].expand(-1, 3, -1, -1) + x[:, :1].repeat(1, 3, 1, 1)", {}},
    {"return torch.constant_pad_nd(x, [1, 2, 0, 3], 0.5)", {}},
    {"return torch.reflection_pad2d(x, [1, 2, 3, 1])", {}},
    {"return torch.pixel_shuffle(torch.cat([x, x, x, x], 1), 2)", {}},
    {"return torch.movedim(x, 1, -1)", {}},
    {"return x[:, [2, 0]]", {}},
    // Windows.
    {"return torch.max_pool2d(x, [3, 2], [2, 1], [1, 1], [1, 2])", {}},
    {"return torch.max_pool2d(x, [3, 3], [2, 2], [0, 0], [1, 1], True)", {}},
    {"return torch.avg_pool2d(x, [3, 3], [2, 2], [1, 1]) + torch.avg_pool2d(x, 3, 2, 1, False, "
     "False)",
     {}},
    {"return torch.adaptive_avg_pool2d(x, [1, 1])", {}},
    {"return torch.adaptive_avg_pool2d(x[:, :, :6, :6], [2, 3])", {}},
    {"return torch.upsample_nearest2d(x, None, [2., 2.])", {}},
    {"return torch.upsample_bilinear2d(x, [10, 5], False)", {}},
    {"return torch.upsample_bilinear2d(x, [10, 5], True)", {}},
    {"return torch.upsample_bilinear2d(x, [1, 5], False) + torch.upsample_bicubic2d(x, [1, 5], False)", {}},
    // Reductions.
    {"return x.mean([2, 3]) + x.sum(dim=[2, 3]) + x.amax([2, 3])", {}},
    {"return x.softmax(1) + torch.log_softmax(x, -1)", {}},
    {"return x.norm(2, 1) + x.std([1], unbiased=True) + x.var([1], unbiased=False)", {}},
    {"return torch.max(x, 1)[0] + torch.cumsum(x > 0, 1, dtype=6)[:, 0]", {}},
    // Recurrent layers: sequences [batch, 21, 7] or [21, batch, 7].
    {"y = x.flatten(1, 2); h = torch.zeros([1, y.size(0), 4]); "
     "return torch.lstm(y, [h, h], [wi, wh, bi, bh], True, 1, 0., False, False, True)[0]",
     {{"wi", {16, 7}}, {"wh", {16, 4}}, {"bi", {16}}, {"bh", {16}}}},
    {"y = x.flatten(1, 2).transpose(0, 1); h = torch.zeros([2, y.size(1), 4]); "
     "a, b, c = torch.lstm(y, [h, h], [wi, wh, vi, vh], False, 1, 0., False, True, False); "
     "return torch.cat([a[0], b[1], c[0]], 1)",
     {{"wi", {16, 7}}, {"wh", {16, 4}}, {"vi", {16, 7}}, {"vh", {16, 4}}}},
    {"y = x.flatten(1, 2); h = y[:, :2, :4].transpose(0, 1).contiguous(); "
     "a, b, c = torch.lstm(y, [h, h * 2], [wi, wh, bi, bh, vi, vh, di, dh], True, 2, 0., False, False, "
     "True); "
     "return torch.cat([a[:, -1], b[0], c[1]], 1)",
     {{"wi", {16, 7}},
      {"wh", {16, 4}},
      {"bi", {16}},
      {"bh", {16}},
      {"vi", {16, 4}},
      {"vh", {16, 4}},
      {"di", {16}},
      {"dh", {16}}}},
    {"y = x.flatten(1, 2); h = y[:, :2, :4].transpose(0, 1).contiguous(); "
     "a, b = torch.gru(y, h, [wi, wh, bi, bh, vi, vh, di, dh], True, 1, 0., False, True, True); "
     "return torch.cat([a[:, -1], b[0], b[1]], 1)",
     {{"wi", {12, 7}},
      {"wh", {12, 4}},
      {"bi", {12}},
      {"bh", {12}},
      {"vi", {12, 7}},
      {"vh", {12, 4}},
      {"di", {12}},
      {"dh", {12}}}},
    {"y = x.flatten(1, 2); h = torch.zeros([2, y.size(0), 4]); "
     "return torch.gru(y, h, [wi, wh, vi, vh], False, 2, 0., False, False, True)[0]",
     {{"wi", {12, 7}}, {"wh", {12, 4}}, {"vi", {12, 4}}, {"vh", {12, 4}}}},
    {"y = x.flatten(1, 2); h = torch.zeros([1, y.size(0), 4]); "
     "return torch.rnn_tanh(y, h, [wi, wh, bi, bh], True, 1, 0., False, False, True)[0]",
     {{"wi", {4, 7}}, {"wh", {4, 4}}, {"bi", {4}}, {"bh", {4}}}},
    {"y = x.flatten(1, 2); h = torch.zeros([1, y.size(0), 4]); "
     "return torch.rnn_relu(y, h, [wi, wh, bi, bh], True, 1, 0., False, False, True)[0]",
     {{"wi", {4, 7}}, {"wh", {4, 4}}, {"bi", {4}}, {"bh", {4}}}},
    // Creation, attention.
    {"return x + torch.arange(x.size(3), dtype=6)", {}},
    {"return torch.scaled_dot_product_attention(x, x, x)", {}},
    {"return torch.scaled_dot_product_attention(x, x, x, is_causal=True)", {}},
    {"y = x.flatten(2).transpose(1, 2); z = torch.cat([y, y], 2); return "
     "torch._native_multi_head_attention(z, z, z, 6, "
     "2, w1, v1, w2, v2, None, False)[0]",
     {{"w1", {18, 6}}, {"v1", {18}}, {"w2", {6, 6}}, {"v2", {6}}}},
    {"y = x.flatten(2).transpose(1, 2); z = torch.cat([y, y], 2); return "
     "torch._transformer_encoder_layer_fwd(z, 6, 2, "
     "w1, v1, w2, v2, True, True, 1e-5, v2, v2, v2, v2, w3, v3, w4, v2)",
     {{"w1", {18, 6}},
      {"v1", {18}},
      {"w2", {6, 6}},
      {"v2", {6}},
      {"w3", {9, 6}},
      {"v3", {9}},
      {"w4", {6, 9}}}},
};

}  // namespace

TEST_CASE("an operator's ONNX form computes what LibTorch computes, at another batch size, too",
          "[.openvino]") {
  if (const auto why = why_no_openvino(); !why.empty()) skip(why);
  const TemporaryFolder folder;
  const auto path = folder / "model.onnx";
  for (const auto& net : kNets) {
    INFO(net.body);
    onnx::write_model(onnx::converted(net, noise({2, 3, 7, 7}, 5)), path);
    for (const auto batch : {2, 3}) {
      const auto input = noise({batch, 3, 7, 7}, 6);
      const auto expected = build(net).forward({input})[0];
      const auto got = openvino_runtime(path)->run({input})[0];
      REQUIRE(got.sizes() == expected.sizes());
      CHECK((got - expected).abs().max().item<float>() < 2e-5F * (1 + expected.abs().max().item<float>()));
    }
  }
}
