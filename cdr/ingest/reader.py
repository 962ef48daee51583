"""`python -m cdr.ingest.reader`: reads one file for the process that started it, and ends with it.

What to read comes in on standard input, parts go out on standard output, both pickled. It uses no database and no settings.
"""

import os
import pickle
import sys
from contextlib import suppress

from cdr.ingest.parse import FileProblem
from cdr.ingest.parts import Order, read_parts


def main() -> None:
    """Read the file that is asked for."""
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent, over a pipe
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints does not disturb the parts
    with suppress(BrokenPipeError):  # nobody wants the rest
        try:
            with order.path.open("rb") as stream:
                for part in read_parts(stream, order):
                    pickle.dump(part, out, protocol=pickle.HIGHEST_PROTOCOL)
        except FileProblem as problem:
            pickle.dump((problem.code, problem.sentence), out)
        pickle.dump(None, out)
        out.flush()


if __name__ == "__main__":
    main()
