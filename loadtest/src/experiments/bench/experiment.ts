import type { Problems } from '../../verify/create-problems.ts';
import type { Bench } from './open-bench.ts';

/** What an experiment is given. It returns the text to print, and puts what is wrong in the end into `problems`. */
export type ExperimentDeps = {
  bench: Bench;
  /** How long each case is kept busy in each repetition. */
  seconds: number;
  problems: Problems;
  /** Gets a line for each step. */
  say(line: string): void;
};
