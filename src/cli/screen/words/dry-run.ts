/** The end of every run that only showed its plan. */
export const DRY_RUN = "Dry run: nothing was changed.";
