"""The reviewer's desk: the list, one paper and its verdict, and what a decision records."""
