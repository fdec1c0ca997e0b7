"""The converter's 4-bit grid, as evaluated and as trained for (see train.Trainer.round_weights).

Blocks of 32 along the input dimension, symmetric around an implied zero point of 8. The element of largest
magnitude (with its sign) lands exactly on code 0, i.e. -8 steps, so the scale may be negative.
"""
import torch

BLOCK = 32


def dequantised(w):
    """w rounded to the grid and back, fp32; torch.round is round-half-to-even, as the converter's."""
    b = w.detach().float().reshape(-1, BLOCK)
    m = b.gather(1, b.abs().argmax(1, keepdim=True))
    scale = m / -8
    safe = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = (torch.round(b / safe) + 8).clamp(0, 15)
    return torch.where(scale == 0, torch.zeros_like(b), (q - 8) * scale).reshape(w.shape)


compiled = torch.compile(dequantised, dynamic=False)


class rounded:
    """Puts every matrix of a model on the grid; `restore` brings the masters back, so that the gradient goes to them."""

    def __init__(self, model):
        self.kept = [(p, p.data) for p in model.parameters() if p.dim() == 2 and p.requires_grad]
        for p, w in self.kept:
            p.data = compiled(w)

    def restore(self):
        for p, w in self.kept:
            p.data = w


def int8_rows(x):
    """x with each row (last dimension) rounded to 127 steps of its largest magnitude, as `fast` arithmetic rounds inputs of products; the gradient passes."""
    step = x.detach().abs().amax(-1, keepdim=True).float().clamp(min=1e-6) / 127
    return x + (torch.round(x.detach() / step) * step - x.detach()).to(x.dtype)


def round_inputs(model):
    """Make every product of a model round its input so."""
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.forward = (lambda forward: lambda x: forward(int8_rows(x)))(module.forward)
