/** Commands in a batch, wherever an experiment commits batches. */
export const BATCH = 500;
