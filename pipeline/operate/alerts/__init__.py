"""Tell the operator what is wrong: once for each cause, with the remedy, and when it is over."""
