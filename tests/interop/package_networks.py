"""Networks of torchvision, timm and transformers, of few layers where one may choose, with seeded weights."""
import os
import warnings

import torch
from torch import nn

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
try:
    torch.ops.torchvision.nms
except AttributeError:
    # The wheel beside a CPU torch lacks its own operators; declared, none of these networks misses them.
    declared = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        declared.define(operator + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import timm.models
import torchvision.models
import transformers
from timm.models.metaformer import MetaFormer
from timm.models.mlp_mixer import MlpMixer

SAMPLES = 4
TEXT, VOCABULARY = 12, 64
POSITIONS = 128


class OfImages(nn.Module):
    """One of the outputs that a network gives by name."""

    def __init__(self, network, key):
        super().__init__()
        self.network, self.key = network, key

    def forward(self, x):
        return self.network(x)[self.key]


class OfText(OfImages):
    def forward(self, input_ids, attention_mask):
        return self.network(input_ids=input_ids, attention_mask=attention_mask)[self.key]


def images(size):
    return torch.randn(SAMPLES, 3, size, size)


def vision(name, size=64, **settings):
    return lambda: (getattr(torchvision.models, name)(**settings), [images(size)])


def segmentation(name):
    def make():
        network = getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None, num_classes=5)
        return OfImages(network, "out"), [images(64)]
    return make


def pytorch_image(name, size=64, **settings):
    return lambda: (timm.create_model(name, pretrained=False, **settings), [images(size)])


def built(kind, **settings):
    return lambda: (kind(num_classes=10, **settings), [images(64)])


def from_settings(kind, **settings):
    return getattr(transformers, kind + "Model")(getattr(transformers, kind + "Config")(**settings))


def hugging(kind, inputs, key="last_hidden_state", **settings):
    return lambda: (OfImages(from_settings(kind, **settings), key), [inputs()])


def text(kind, **settings):
    return lambda: (OfText(from_settings(kind, vocab_size=VOCABULARY, **settings), "last_hidden_state"),
                    [torch.randint(3, VOCABULARY, (SAMPLES, TEXT)), torch.ones(SAMPLES, TEXT, dtype=torch.int64)])


def networks(hidden):
    """All of them by name; of those whose width one chooses, `hidden` is a multiple of 16."""
    heads = hidden // 16
    sizes = {"hidden_size": hidden, "num_hidden_layers": 2, "num_attention_heads": heads,
             "intermediate_size": 2 * hidden}
    return {
        "tv_resnet18": vision("resnet18"),
        "tv_mobilenet_v2": vision("mobilenet_v2"),
        "tv_mobilenet_v3_small": vision("mobilenet_v3_small"),
        "tv_shufflenet_v2_x0_5": vision("shufflenet_v2_x0_5"),
        "tv_squeezenet1_1": vision("squeezenet1_1"),
        "tv_mnasnet0_5": vision("mnasnet0_5"),
        "tv_efficientnet_b0": vision("efficientnet_b0"),
        "tv_regnet_y_400mf": vision("regnet_y_400mf"),
        "tv_densenet": vision("DenseNet", growth_rate=8, block_config=(2, 2, 2, 2), num_init_features=16),
        "tv_vit": vision("VisionTransformer", 32, image_size=32, patch_size=8, num_layers=2, num_heads=heads,
                         hidden_dim=hidden, mlp_dim=2 * hidden),
        "tv_swin": vision("SwinTransformer", 32, patch_size=[4, 4], embed_dim=24, depths=[1, 1], num_heads=[2, 2],
                          window_size=[4, 4]),
        "tv_lraspp_mobilenet": segmentation("lraspp_mobilenet_v3_large"),
        "timm_resnet10t": pytorch_image("resnet10t"),
        "timm_mobilenetv4": pytorch_image("mobilenetv4_conv_small_050"),
        "timm_efficientnet_lite0": pytorch_image("efficientnet_lite0"),
        "timm_lcnet_050": pytorch_image("lcnet_050"),
        "timm_tinynet_e": pytorch_image("tinynet_e"),
        "timm_regnetx_002": pytorch_image("regnetx_002"),
        "timm_ghostnet_050": pytorch_image("ghostnet_050"),
        "timm_repvgg_a0": pytorch_image("repvgg_a0"),
        "timm_dla46_c": pytorch_image("dla46_c"),
        "timm_convnextv2_atto": pytorch_image("convnextv2_atto", depths=(1, 1, 2, 1)),
        "timm_vit_tiny": pytorch_image("vit_tiny_patch16_224", img_size=64, depth=2),
        "timm_deit_tiny": pytorch_image("deit_tiny_distilled_patch16_224", img_size=64, depth=2),
        "timm_mixer": built(MlpMixer, img_size=64, patch_size=16, num_blocks=2, embed_dim=64),
        "timm_poolformer": built(MetaFormer, depths=(1, 1, 1, 1), dims=(16, 32, 64, 64)),
        "timm_edgenext": pytorch_image("edgenext_xx_small"),
        "timm_mobilevit": pytorch_image("mobilevit_xxs"),
        "hf_bert": text("Bert", **sizes),
        "hf_distilbert": text("DistilBert", dim=hidden, n_layers=2, n_heads=heads, hidden_dim=2 * hidden),
        "hf_roberta": text("Roberta", **sizes),
        "hf_electra": text("Electra", embedding_size=16, **sizes),
        "hf_albert": text("Albert", embedding_size=16, **sizes),
        "hf_mpnet": text("MPNet", **sizes),
        "hf_gpt2": text("GPT2", n_embd=hidden, n_layer=2, n_head=heads, n_positions=POSITIONS, use_cache=False,
                        bos_token_id=0, eos_token_id=0),
        "hf_opt": text("OPT", hidden_size=hidden, num_hidden_layers=2, num_attention_heads=heads, ffn_dim=2 * hidden,
                       word_embed_proj_dim=hidden, max_position_embeddings=POSITIONS, use_cache=False),
        "hf_llama": text("Llama", use_cache=False, **sizes),
        "hf_vit": hugging("ViT", lambda: images(32), image_size=32, patch_size=8, **sizes),
        "hf_segformer": hugging("Segformer", lambda: images(64), depths=[1, 1, 1, 1], hidden_sizes=[8, 16, 16, 32],
                                num_attention_heads=[1, 2, 2, 4], decoder_hidden_size=32),
        "hf_resnet": hugging("ResNet", lambda: images(64), "pooler_output", embedding_size=8, hidden_sizes=[8, 16, 32],
                             depths=[1, 1, 1]),
        "hf_wav2vec2": hugging("Wav2Vec2", lambda: torch.randn(SAMPLES, 1600), conv_dim=(16, 16, 16),
                               conv_stride=(5, 4, 4), conv_kernel=(10, 4, 4), num_feat_extract_layers=3,
                               num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2, **sizes),
    }


ALL = networks(32)
# Batch norms in a state as after training: they normalise.
SETTLING_RUNS = 3


def make(name, among=None):
    """The network, in eval mode, and a batch of inputs; `among` other networks() than ALL."""
    torch.manual_seed(0)
    network, inputs = (among or ALL)[name]()
    with torch.no_grad():
        for weight in network.parameters():
            if weight.dim() > 1 and not weight.any():
                weight.normal_(std=0.1)
    network.train()
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    with torch.no_grad():
        for _ in range(SETTLING_RUNS):
            network(*inputs)
    return network.eval(), inputs
