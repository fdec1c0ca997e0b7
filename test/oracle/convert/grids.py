"""The converter's grids, written a second time, from their definition and not from the TypeScript."""
import torch


def symmetric(weight, bits, block=32, half=False):
    """Blocks along the inputs; the first element of largest magnitude, with its sign, lands on code 0.

    With `half` the scale is rounded to fp16 before codes are chosen for it.
    """
    middle = 2 ** (bits - 1)
    blocks = weight.detach().float().reshape(-1, block)
    peak = blocks.gather(1, blocks.abs().argmax(1, keepdim=True))
    scale = peak / -middle
    scale = scale.half().float() if half else scale
    safe = torch.where(scale == 0, torch.ones_like(scale), scale)
    code = (torch.round(blocks / safe) + middle).clamp(0, 2 * middle - 1)
    return torch.where(scale == 0, torch.zeros_like(blocks), (code - middle) * scale).reshape(weight.shape)


def asymmetric(weight, bits=4, block=32):
    """Blocks along the inputs; minimum to maximum, zero included, with a whole zero point."""
    top = 2**bits - 1
    blocks = weight.detach().float().reshape(-1, block)
    low = blocks.amin(1, keepdim=True).clamp(max=0)
    high = blocks.amax(1, keepdim=True).clamp(min=0)
    scale = (high - low) / top
    safe = torch.where(scale == 0, torch.ones_like(scale), scale)
    zero = torch.round(-low / safe).clamp(0, top)
    code = (torch.round(blocks / safe) + zero).clamp(0, top)
    return ((code - zero) * scale).reshape(weight.shape)


def dequantise_model(model, rule, table_rule=None):
    """Replaces every matrix of `model` by its rounded values, in place; the embedding table by `table_rule`'s."""
    tied = model.config.tie_word_embeddings
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim != 2:
                continue
            is_table = name == "model.embed_tokens.weight" or (tied and name == "lm_head.weight")
            parameter.copy_((table_rule if is_table and table_rule else rule)(parameter))
    return model
