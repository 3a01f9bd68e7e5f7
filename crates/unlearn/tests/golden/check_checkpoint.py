"""Does PyTorch accept a checkpoint of ours?

    python check_checkpoint.py MODEL.safetensors

Rebuilds the architecture named in the file's metadata in plain torch, loads the weights with
`load_state_dict(strict=True)`, prints OK and the logits of two inputs made by `input_rule`.
The networks below are the PyTorch statement of our architectures; make.py and the benchmark peer use them too.
"""

import json
import math
import sys

import torch
from torch import nn

ACTIVATIONS = {"sigmoid": torch.sigmoid, "relu": torch.relu}


def input_rule(shape, offset=0):
    """x_i = 0.5 + 0.5 sin(0.37 (offset + i) + 0.11), i = flat index over the whole tensor; float64 rounded to float32."""
    count = math.prod(shape)
    values = [0.5 + 0.5 * math.sin(0.37 * (offset + i) + 0.11) for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).float().reshape(shape)


class Mlp(nn.Module):
    """flatten, then fc1, activation, fc2, activation, ..., the last layer without activation."""

    def __init__(self, sizes, activation):
        super().__init__()
        self.activation = ACTIVATIONS[activation]
        self.depth = len(sizes) - 1
        for layer in range(self.depth):
            self.add_module(f"fc{layer + 1}", nn.Linear(sizes[layer], sizes[layer + 1]))

    def forward(self, x):
        x = x.flatten(1)
        for layer in range(1, self.depth):
            x = self.activation(self.get_submodule(f"fc{layer}")(x))
        return self.get_submodule(f"fc{self.depth}")(x)


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)


class Cnn(nn.Module):
    """(conv 3x3, batch norm, relu) of widths w, 2w, 2w, max-pooled by 2 after the first two; global average; fc."""

    def __init__(self, channels, width, classes):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(channels, width), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv3x3(width, 2 * width), nn.BatchNorm2d(2 * width)
        self.conv3, self.bn3 = conv3x3(2 * width, 2 * width), nn.BatchNorm2d(2 * width)
        self.fc = nn.Linear(2 * width, classes)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 2)
        x = nn.functional.max_pool2d(torch.relu(self.bn2(self.conv2(x))), 2)
        x = torch.relu(self.bn3(self.conv3(x)))
        return self.fc(x.mean((2, 3)))


class BasicBlock(nn.Module):
    """relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)); the shortcut is a 1x1 convolution where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(inputs, outputs, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv3x3(outputs, outputs), nn.BatchNorm2d(outputs)
        if stride != 1 or inputs != outputs:
            projection = nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(outputs))
        else:
            self.downsample = None

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)) + shortcut)


class ResNet18(nn.Module):
    """ResNet-18 with the CIFAR stem (3x3, stride 1, no pooling); torchvision's parameter names."""

    def __init__(self, channels, width, classes):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(channels, width), nn.BatchNorm2d(width)
        self.layer1 = nn.Sequential(BasicBlock(width, width, 1), BasicBlock(width, width, 1))
        self.layer2 = nn.Sequential(BasicBlock(width, 2 * width, 2), BasicBlock(2 * width, 2 * width, 1))
        self.layer3 = nn.Sequential(BasicBlock(2 * width, 4 * width, 2), BasicBlock(4 * width, 4 * width, 1))
        self.layer4 = nn.Sequential(BasicBlock(4 * width, 8 * width, 2), BasicBlock(8 * width, 8 * width, 1))
        self.fc = nn.Linear(8 * width, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def vote(logits, rule):
    """The log of the mean softmax, whose gradient it has in any case; one-hot: log(count / M + 1e-6), of equals the first."""
    shares = torch.stack([z.softmax(1) for z in logits]).mean(0).log()
    if rule == "softmax":
        return shares
    counts = sum(nn.functional.one_hot(z.argmax(1), z.shape[1]).to(z.dtype) for z in logits)
    return shares + (torch.log(counts / len(logits) + 1e-6) - shares).detach()


class Sisa(nn.Module):
    """Networks of the same kind over one input, and their vote."""

    def __init__(self, members, rule):
        super().__init__()
        self.members, self.rule = nn.ModuleList(members), rule

    def forward(self, x):
        return vote([member(x) for member in self.members], self.rule)


class Reconstruction(nn.Module):
    """(mean - error) / sqrt(variance + 1e-12) per known class; all others' logits are 100 below the lowest of these."""

    def __init__(self, known, classes):
        super().__init__()
        self.known, self.classes = known, classes
        self.register_buffer("running_mean", torch.zeros(len(known)))
        self.register_buffer("running_var", torch.ones(len(known)))

    def forward(self, x, restored):
        errors = torch.stack([(x.flatten(1) - r).square().mean(1) for r in restored], 1)
        scores = (self.running_mean - errors) / (self.running_var + 1e-12).sqrt()
        absent = scores.min(1, keepdim=True).values - 100
        columns = {c: scores[:, [k]] for k, c in enumerate(self.known)}
        return torch.cat([columns.get(c, absent) for c in range(self.classes)], 1)


class Arcane(nn.Module):
    """An autoencoder per known class."""

    def __init__(self, numbers, hidden, known, classes):
        super().__init__()
        self.classes = nn.ModuleDict({str(c): Mlp([numbers, *hidden, numbers], "relu") for c in known})
        self.score = Reconstruction(known, classes)

    def forward(self, x):
        return self.score(x, [autoencoder(x) for autoencoder in self.classes.values()])


def build(architecture, input_shape, classes):
    """The network of a checkpoint's `architecture` object, for inputs `[channels, height, width]` and a class count."""
    settings = dict(architecture)
    name = settings.pop("name")
    if name == "mlp":
        sizes = [math.prod(input_shape), *settings.pop("hidden"), classes]
        network = Mlp(sizes, settings.pop("activation"))
    elif name == "cnn":
        network = Cnn(input_shape[0], settings.pop("width"), classes)
    elif name == "resnet18":
        network = ResNet18(input_shape[0], settings.pop("width"), classes)
    elif name == "sisa":
        settings.pop("class_shards")  # which shard saw which class: nothing that a network shows
        member, shards = settings.pop("member"), settings.pop("shards")
        network = Sisa([build(member, input_shape, classes) for _ in range(shards)], settings.pop("vote"))
    elif name == "arcane":
        network = Arcane(math.prod(input_shape), settings.pop("hidden"), settings.pop("known"), classes)
    else:
        raise ValueError(f"unknown architecture {name!r}, expected mlp, cnn, resnet18, sisa or arcane")
    if settings:
        raise ValueError(f"architecture {name!r} has settings unknown here: {sorted(settings)}")
    return network


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    from safetensors import safe_open

    with safe_open(sys.argv[1], framework="pt") as file:
        metadata = json.loads(file.metadata()["unlearn"])
        state = {name: file.get_tensor(name) for name in file.keys()}
    shape, classes = metadata["input_shape"], metadata["classes"]
    network = build(metadata["architecture"], shape, len(classes))
    network.load_state_dict(state, strict=True)
    network.double().eval()
    with torch.no_grad():
        logits = network(input_rule([2, *shape]).double())
    print("OK")
    print(json.dumps({"logits": logits.tolist()}))


if __name__ == "__main__":
    main()
