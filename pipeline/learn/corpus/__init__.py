"""Score a corpus of files on workers, partition by partition."""
