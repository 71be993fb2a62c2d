"""Recurrent models in numpy: one file for each cell, one for running it along a sequence."""
