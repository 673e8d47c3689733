"""`python tied.py STARTER PROGRAM ARGUMENT…`: a program that ends with the process STARTER, however that one ends.

Standard library only, and nothing of this project: it starts before each process of a test.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == int(sys.argv[1]):  # else it ended before the kernel could be asked
        os.execv(sys.argv[2], sys.argv[2:])
