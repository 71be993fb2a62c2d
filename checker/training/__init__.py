"""Training in numpy: recurrent layers with a dense head, many models side by side.

The models of one arm differ in their seed alone, so all are trained at once: every array has an
axis of models in front and the axis of sequences last, (…, models, rows, batch).  A gate is then a
contiguous block of rows, and one product works on all models.
Each layer is a pair of functions, ``forward`` and ``backward``, on plain arrays; gradients are
compared with complex-step derivatives and with recorded ones of PyTorch in every test run.
"""
