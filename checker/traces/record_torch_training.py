"""Record how PyTorch trains: gradients, and every loss on the way of an optimiser.

A recurrent layer and `torch.nn.Linear` on its last output, or on every one, are trained by
`torch.optim.Adam`. What goes in and what comes out is written to `torch-training.npz`, so that
machines without PyTorch can compare their own training with it.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from checker.traces.writing import write

Arrays = dict[str, NDArray[Any]]

SCALE = 0.5  # of every weight at the start
UPDATES = 60
RATE = 0.02


@dataclass(frozen=True)
class Case:
    """One layer with a head at one size, and what it is asked."""

    name: str
    cell: str
    batch: int
    timesteps: int
    features: int
    units: int
    classes: int
    layers: int = 1
    every_step: bool = False

    def index_entry(self) -> dict[str, Any]:
        """Return what the index says of this case."""
        sizes = ("batch", "timesteps", "features", "units", "classes")
        options = {"layers": self.layers, "every_step": self.every_step}
        sized = {size: getattr(self, size) for size in sizes}
        trained = {"updates": UPDATES, "learning_rate": RATE}
        return {"cell": self.cell, "options": {**options, **trained}, "sizes": sized}


CASES = (
    Case("lstm", "LSTM", 6, 5, 3, 4, 2),
    Case("lstm-every-step", "LSTM", 3, 7, 2, 5, 4, every_step=True),
    Case("lstm-layers", "LSTM", 7, 4, 2, 3, 5, layers=2),
    Case("lstm-numbers", "LSTM", 5, 4, 3, 6, 1),
    Case("gru", "GRU", 6, 5, 2, 4, 3),
    Case("rnn", "RNN", 5, 6, 2, 4, 3),
)


def record(case: Case) -> Arrays:
    """All arrays of a case: what it starts from, the first gradients, losses, the last weights."""
    random = np.random.default_rng(list(case.name.encode()))
    make = getattr(torch.nn, case.cell)
    layer = make(case.features, case.units, case.layers, batch_first=True, dtype=torch.float64)
    head = torch.nn.Linear(case.units, case.classes, dtype=torch.float64)
    weights = dict(layer.named_parameters()) | {
        f"head.{name}": weight for name, weight in head.named_parameters()
    }
    for name, weight in weights.items():
        # A second bias adds nothing but a second step of the optimiser; a GRU's is needed.
        idle = name.startswith("bias_hh") and case.cell != "GRU"
        drawn = SCALE * random.standard_normal(tuple(weight.shape)) * (not idle)
        weight.data = torch.from_numpy(drawn.astype(np.float32).astype(np.float64))
        weight.requires_grad_(not idle)
    shape = (case.batch, case.timesteps, case.features)
    inputs = random.standard_normal(shape).astype(np.float32).astype(np.float64)
    asked = (case.batch, case.timesteps) if case.every_step else (case.batch,)
    targets = random.integers(case.classes, size=asked)
    if case.classes == 1:
        targets = random.standard_normal(asked).astype(np.float32).astype(np.float64)
    arrays = {"inputs": inputs, "targets": targets}
    arrays |= {name: weight.detach().numpy().copy() for name, weight in weights.items()}
    trained = [weight for weight in weights.values() if weight.requires_grad]
    optimiser = torch.optim.Adam(trained, lr=RATE)
    losses: list[float] = []
    for _ in range(UPDATES):
        optimiser.zero_grad()
        outputs, _ = layer(torch.from_numpy(inputs))
        scores = head(outputs if case.every_step else outputs[:, -1])
        loss = _loss(scores.reshape(-1, case.classes), torch.from_numpy(targets).reshape(-1))
        loss.backward()
        if not losses:
            arrays |= {
                f"gradient/{name}": weight.grad.numpy().copy()
                for name, weight in weights.items()
                if weight.requires_grad
            }
        losses.append(loss.item())
        optimiser.step()
    if not losses[-1] < 0.8 * losses[0]:
        raise RuntimeError(f"{case.name}: the loss must fall, or the way shows little")
    arrays["losses"] = np.array(losses)
    return arrays | {f"after/{n}": w.detach().numpy() for n, w in weights.items()}


def _loss(scores: Any, targets: Any) -> Any:
    if scores.shape[1] == 1:
        return torch.nn.functional.mse_loss(scores[:, 0], targets)
    return torch.nn.functional.cross_entropy(scores, targets)


def main(argv: list[str] | None = None) -> int:
    """Record all cases and write `torch-training.npz` and `torch-training.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True)
    day = parser.parse_args(argv).date
    torch.set_num_threads(1)
    arrays = {f"{case.name}/{key}": a for case in CASES for key, a in record(case).items()}
    cases = {case.name: case.index_entry() for case in CASES}
    by = "python -m checker.traces.record_torch_training"
    version = torch.__version__.split("+")[0]
    print(write(Path(__file__).parent, "torch-training", version, day, by, cases, arrays))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
