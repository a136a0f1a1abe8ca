"""The PRISMA 2020 flow of the survey: which papers were found, screened, excluded and included."""
