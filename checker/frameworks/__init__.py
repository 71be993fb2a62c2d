"""The real libraries as models of the same protocol, so that a claim runs on them unchanged.

Nobody needs them to check claims: what they gave is recorded (``checker record FRAMEWORK``) and
read from the record.  Each is imported only in the module that bears its name.
"""
