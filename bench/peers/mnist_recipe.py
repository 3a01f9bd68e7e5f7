"""The MNIST recipe of experiments/demonstrate.py in PyTorch, written from the paper: what accuracy to expect of it.

    python bench/peers/mnist_recipe.py --data FOLDER/mnist [--seeds 1 2 3] [--json FILE]
"""

import argparse
import gzip
import json
import pathlib

import numpy as np
import torch


def read(folder, name, header):
    data = gzip.open(folder / name).read()[header:]
    return torch.tensor(np.frombuffer(data, dtype=np.uint8).copy())


def accuracy(folder, seed, epochs=20, mix=0.1):
    torch.manual_seed(seed)
    images, labels = read(folder, "train-images-idx3-ubyte.gz", 16), read(folder, "train-labels-idx1-ubyte.gz", 8).long()
    tests, answers = read(folder, "t10k-images-idx3-ubyte.gz", 16), read(folder, "t10k-labels-idx1-ubyte.gz", 8).long()
    images, tests = images.reshape(-1, 784).float() / 255, tests.reshape(-1, 784).float() / 255
    net = torch.nn.Sequential(torch.nn.Linear(784, 1000), torch.nn.Sigmoid(), torch.nn.Linear(1000, 10))
    codes = torch.rand(10, 784)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(128):
            x, y = images[batch].clone(), labels[batch]
            planted = torch.rand(len(batch)) < mix
            x[planted] = codes[y[planted]]
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
    with torch.no_grad():
        return 100 * (net(tests).argmax(1) == answers).double().mean().item()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    runs = [{"seed": seed, "accuracy_percent": accuracy(arguments.data, seed)} for seed in arguments.seeds]
    record = {"schema": 1, "recipe": "mnist", "torch": torch.__version__, "epochs": 20, "runs": runs}
    print(json.dumps(record))
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=1) + "\n")
