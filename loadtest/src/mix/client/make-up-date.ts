import type { Dice } from '../dice.ts';

const DAYS_MAX = 40;
const DAY_MS = 24 * 3_600_000;
/** A year ahead at most, says the contract. */
const AHEAD_SHARE = 0.3;

/** When something takes effect, before or after now, to the microsecond; some exactly at midnight, so that instants coincide. */
export function makeUpDate(dice: Dice): string {
  const ahead = dice.chance(AHEAD_SHARE) ? 1 : -1;
  const days = ahead * dice.below(DAYS_MAX);
  const midnight = new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
  if (dice.chance(0.3)) return `${midnight}T00:00:00.000000Z`;
  const micros = String(dice.below(1_000_000)).padStart(6, '0');
  const at = new Date(Date.now() + ahead * dice.below(DAYS_MAX * DAY_MS)).toISOString();
  return `${at.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}.${micros}Z`;
}
