"""``python -m countersign.conform``: cases on standard input, answers on standard output."""

from countersign.conform import main

if __name__ == "__main__":
    main()
