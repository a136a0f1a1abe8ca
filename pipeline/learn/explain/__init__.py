"""Why a paper is suggested: scores taken apart, and the decided papers nearest to it."""
