"""A small model in AutoAWQ's GEMM format, its weights by AutoAWQ's unpacking formula, and its logits.

    python test/oracle/convert/make_awq_model.py

Packing follows WQLinear_GEMM.from_linear and unpacking follows unpack_awq, reverse_awq_order and dequantize_gemm of
AutoAWQ 0.2 (awq/modules/linear/gemm.py, awq/utils/packing_utils.py), product in fp32 instead of fp16.
Writes test/fixtures/convert/small/awq/.
"""
import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, Qwen2Config

OUT = pathlib.Path(__file__).resolve().parents[2] / "fixtures/convert/small/awq"
GROUP = 128
ORDER_MAP = [0, 2, 4, 6, 1, 3, 5, 7]
REVERSE_ORDER = [0, 4, 1, 5, 2, 6, 3, 7]


def pack(values):
    """[rows, N] of 0..15 to int32 [rows, N / 8]"""
    packed = torch.zeros(values.shape[0], values.shape[1] // 8, dtype=torch.int32)
    for column in range(packed.shape[1]):
        for i in range(8):
            packed[:, column] |= values[:, column * 8 + ORDER_MAP[i]].to(torch.int32) << (i * 4)
    return packed


def unpack(packed):
    """int32 [rows, N / 8] to [rows, N] of 0..15"""
    shifts = torch.arange(0, 32, 4)
    values = torch.bitwise_right_shift(packed[:, :, None], shifts[None, None, :]).view(packed.shape[0], -1)
    order = torch.arange(values.shape[-1]).view(-1, 8)[:, REVERSE_ORDER].reshape(-1)
    return torch.bitwise_and(values[:, order], 15)


def quantise(weight):
    """weight [N, K] to qweight [K, N / 8], qzeros [K / g, N / 8], scales fp16 [K / g, N]"""
    groups = weight.reshape(weight.shape[0], -1, GROUP)
    low, high = groups.amin(2), groups.amax(2)
    scales = ((high - low) / 15).half()
    zeros = (-low / scales.float()).round().clamp(0, 15)
    codes = (groups / scales.float()[:, :, None] + zeros[:, :, None]).round().clamp(0, 15).reshape(weight.shape)
    return pack(codes.T.contiguous()), pack(zeros.T.contiguous()), scales.T.contiguous()


def dequantise(qweight, qzeros, scales):
    """[N, K], fp32"""
    zeros = unpack(qzeros).repeat_interleave(GROUP, dim=0)
    return ((unpack(qweight) - zeros) * scales.float().repeat_interleave(GROUP, dim=0)).T.contiguous()


def main():
    torch.manual_seed(7)
    config = Qwen2Config(
        vocab_size=128, hidden_size=128, intermediate_size=256, num_hidden_layers=1, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=False, rope_theta=1e6,
        eos_token_id=127, bos_token_id=None,
    )
    model = AutoModelForCausalLM.from_config(config).float().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_((torch.randn_like(parameter) * 0.15 + (1 if parameter.ndim == 1 else 0)).half())
    tensors, weights = {}, {}
    for name, parameter in model.state_dict().items():
        if name.endswith("_proj.weight"):
            prefix = name.removesuffix(".weight")
            parts = dict(zip(("qweight", "qzeros", "scales"), quantise(parameter)))
            tensors |= {f"{prefix}.{part}": value for part, value in parts.items()}
            weights[prefix] = dequantise(**parts)
            parameter.copy_(weights[prefix])
        else:
            tensors[name] = parameter.half()
    OUT.mkdir(parents=True, exist_ok=True)
    settings = {"quant_method": "awq", "bits": 4, "group_size": GROUP, "zero_point": True, "version": "gemm"}
    (OUT / "config.json").write_text(
        json.dumps({**config.to_dict(), "architectures": ["Qwen2ForCausalLM"], "quantization_config": settings}, indent=2)
    )
    save_file(tensors, OUT / "model.safetensors")
    ids = torch.randint(0, config.vocab_size, (20,))
    with torch.no_grad():
        # The table and the head stay float in AutoAWQ; the converter rounds them to its own grid, so both are given.
        expected = {"ids": ids.to(torch.int32), "float-tables": model(ids[None]).logits[0]}
        from grids import symmetric

        for table in (model.model.embed_tokens.weight, model.lm_head.weight):
            table.copy_(symmetric(table, 4))
        expected["q4-tables"] = model(ids[None]).logits[0].contiguous()
    for part in ("self_attn.k_proj", "mlp.down_proj"):
        expected[part] = weights[f"model.layers.0.{part}"]
    save_file(expected, OUT / "expected.safetensors")


main()
