"""What single services say of a paper, read strictly from bounded answers."""
