"""Methods that take images, written in PyTorch straight from their formulas (docs of `unlearn methods`), for torch_peer.py.

Both take images sorted by label, the class to forget, and give the new weights; the network is in inference mode.
"""

import torch
from torch import nn

SSD_BATCH, SSD_ALPHA, SSD_LAMBDA = 64, 10.0, 1.0
SFDN_ALPHA, SFDN_EPSILON, SFDN_MOST, SFDN_MOST_LAST, SFDN_FORGOTTEN, SFDN_BOOST = 1e-6, 1e-8, 1e3, 1e2, 1e-4, 10.0


def ssd(network, images, labels, forgotten):
    """Selective synaptic dampening: importance is the mean over batches of the squared gradient of a batch's mean loss."""
    parameters = list(network.parameters())

    def importance(images, labels):
        sums, batches = [torch.zeros_like(p) for p in parameters], 0
        for batch, target in zip(images.split(SSD_BATCH), labels.split(SSD_BATCH)):
            loss = nn.functional.cross_entropy(network(batch), target)
            for total, g in zip(sums, torch.autograd.grad(loss, parameters)):
                total.addcmul_(g, g)
            batches += 1
        return [total / batches for total in sums]

    of_all = importance(images, labels)
    of_class = importance(images[labels == forgotten], labels[labels == forgotten])
    with torch.no_grad():
        return [torch.where(f > SSD_ALPHA * d, w * (SSD_LAMBDA * d / f).clamp(max=1.0), w) for w, d, f in zip(parameters, of_all, of_class)]


def sfdn(network, images, labels, forgotten):
    """Fisher forgetting: noise of a deviation that falls with the expected Fisher diagonal of the kept images."""
    parameters = list(network.parameters())
    kept = images[labels != forgotten]
    sums = [torch.zeros_like(p) for p in parameters]
    for image in kept.split(1):
        logits = network(image)
        chances = nn.functional.softmax(logits.detach(), dim=1)[0]
        for label, chance in enumerate(chances):
            loss = nn.functional.cross_entropy(logits, torch.tensor([label], device=images.device))
            for total, g in zip(sums, torch.autograd.grad(loss, parameters, retain_graph=True)):
                total.addcmul_(g, g, value=chance.item())
    moved, last = [], {id(p) for p in [*network.modules()][-1].parameters()}
    with torch.no_grad():
        for w, total in zip(parameters, sums):
            is_last = id(w) in last
            variance = SFDN_ALPHA * (1 / (total / len(kept) + SFDN_EPSILON)).clamp(max=SFDN_MOST_LAST if is_last else SFDN_MOST)
            mean = w.clone()
            if w.dim() > 1:
                variance = variance.mean(dim=1, keepdim=True).expand_as(w).clone()
            if is_last:
                mean[forgotten], variance[forgotten] = 0, SFDN_FORGOTTEN
            if is_last or w.dim() == 1:
                variance *= SFDN_BOOST
            moved.append(mean + variance.sqrt() * torch.randn_like(w))
    return moved
