"""`python -m pipeline COMMAND`: the same as `living-survey COMMAND`."""

from pipeline.cli.main import main

if __name__ == "__main__":
    main()
