"""`python -m pipeline COMMAND`: the same as `living-survey COMMAND`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
