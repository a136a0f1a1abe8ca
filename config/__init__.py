"""What the operator decides: settings and taxonomy. Imports nothing of ours."""
