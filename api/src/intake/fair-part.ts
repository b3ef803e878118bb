/**
 * Whether one of several who share a limit may have more: while it has less than what is left of the limit. So one alone gets half
 * of it, n that take all they get have one part in n + 1 each, and one part is always left for who comes next. (Dynamic thresholds, Choudhury and Hahne
 * 1998: with a limit of a fixed share for each the whole would never be used, and with none the first takes all.)
 */
export function mayHaveMore(own: number, all: number, max: number): boolean {
  return own < max - all;
}

/**
 * How much has to go before it may have more again, whoever that belongs to: reckoned as if all that the others have went first.
 */
export function excess(own: number, all: number, max: number): number {
  // Where it has just as much as is left, one is too many.
  const over = own + all - max + 1;
  const others = all - own;
  return over <= others ? Math.max(0, over) : (over + others) / 2;
}
