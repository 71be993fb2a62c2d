"""Stand-alone scripts that show in numpy, or in a framework, what the verdict of a claim says."""
