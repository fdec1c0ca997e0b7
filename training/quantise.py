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



class rounded:
    """Puts every matrix of a model on the grid; `restore` brings the masters back, so that the gradient goes to them."""

    def __init__(self, model):
        self.kept = [(p, p.data) for p in model.parameters() if p.dim() == 2]
        for p, w in self.kept:
            p.data = dequantised(w)

    def restore(self):
        for p, w in self.kept:
            p.data = w
