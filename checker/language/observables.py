"""What can be observed of one run; the texts are shown to contributors."""

OBSERVABLES = {
    "inputs": "what is fed in: (batch, timesteps, features)",
    "outputs": "what the layer gives at every step: (batch, timesteps, units)",
    "parameters": "the weights, by kind and gate: parameters.kernel.i, parameters.recurrent.f, "
    "parameters.bias.o; gates of an LSTM are i (input), j (candidate), f (forget), o (output)",
    "before": "the state before the first step: before.h, before.c, each (batch, units)",
    "after": "the state after the last step: after.h, after.c, each (batch, units)",
    "entering": "the state that enters each step: entering.h (batch, timesteps, units)",
    "leaving": "the state that leaves each step: leaving.h (batch, timesteps, units)",
    "weights": "the parameters as the framework of the model's layout stores them: "
    "weights.kernel in TensorFlow 1, weights.recurrent_kernel in Keras, weights.weight_ih in "
    "PyTorch; for a single layer",
    "scores": "what a dense head gives on the last output: (batch, classes)",
    "operations": "what the run computes, counted while it runs: operations.multiply_adds, "
    "operations.tanh, operations.exp (one per sigmoid), entry by entry",
    "lengths": "the length of each sequence, where the run has lengths: (batch,)",
    "gates": "each gate at each step, as applied: gates.f (batch, timesteps, units)",
}

NUDGEABLE = ("inputs", "parameters", "before")
"""What a run is given, and what can therefore be set, changed, nudged or derived by."""
