"""How fast we train beside PyTorch: 16 seeds side by side, and a loop over `torch.nn.LSTM`.

    make bench

One update is forward, back through time, the loss of a dense head, and Adam. Both sides have one
thread, take turns, and are timed by the processor's clock; the median of several rounds is shown.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # read when numpy is imported

from statistics import median
from time import process_time

import numpy as np

from checker.training.adam import Adam
from checker.training.arena import Arena
from checker.training.network import Network, layer_of

try:
    import torch
except ImportError:
    torch = None

SEEDS, CLASSES, RATE, ROUNDS = 16, 10, 0.01, 9
SIZES = ((32, 8, 8, 2), (32, 8, 8, 16), (32, 8, 8, 64), (32, 28, 28, 32))
"""Batch, timesteps, features, units."""


def ours(inputs, targets, units):
    """An update of all models at once; inputs (timesteps, models, features, batch)."""
    network = Network(layer_of("lstm"), inputs.shape[2], units, 1, CLASSES)
    random = np.random.default_rng(0)
    weights = (0.3 * random.standard_normal((SEEDS, network.size))).astype(np.float32)
    adam, arena = Adam(weights, RATE), Arena()

    def update():
        arena.restart()
        scores, _, kept = network.run(weights, inputs, (), arena.empty)
        _, d_scores = network.loss(scores, targets)
        adam.step(weights, network.gradient(kept, d_scores))

    return update


def theirs(inputs, targets, units):
    """An update of one model after the other."""
    torch.set_num_threads(1)
    features = inputs.shape[2]
    models = []
    for seed in range(SEEDS):
        layer = torch.nn.LSTM(features, units, batch_first=True)
        head = torch.nn.Linear(units, CLASSES)
        adam = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=RATE)
        read = torch.from_numpy(np.ascontiguousarray(inputs[:, seed].transpose(2, 0, 1)))
        models.append((layer, head, adam, read, torch.from_numpy(targets[seed, 0])))

    def update():
        for layer, head, adam, read, labels in models:
            adam.zero_grad()
            outputs, _ = layer(read)
            torch.nn.functional.cross_entropy(head(outputs[:, -1]), labels).backward()
            adam.step()

    return update


def seconds(update):
    """Of one update, by the processor's clock; short ones are repeated."""
    start, times = process_time(), 0
    while process_time() - start < 0.05 or times < 2:
        update()
        times += 1
    return (process_time() - start) / times


def main() -> int:
    print("batch timesteps features units   numpy ms   torch ms   ratio")
    for batch, timesteps, features, units in SIZES:
        random = np.random.default_rng(1)
        shape = (timesteps, SEEDS, features, batch)
        inputs = random.standard_normal(shape).astype(np.float32)
        targets = random.integers(CLASSES, size=(SEEDS, 1, batch))
        sides = [ours(inputs, targets, units)]
        sides += [theirs(inputs, targets, units)] if torch else []
        rounds = [[seconds(side) for side in sides] for _ in range(ROUNDS)]
        shown = [1000 * median(times) for times in zip(*rounds, strict=True)]
        sizes = f"{batch:5}{timesteps:10}{features:9}{units:6}"
        beside = f"{shown[1]:11.2f}{shown[0] / shown[1]:8.2f}" if torch else "   no PyTorch here"
        print(f"{sizes}{shown[0]:11.2f}{beside}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
