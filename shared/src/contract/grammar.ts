/** The grammar of names and amounts, as the HTTP contract states it. */

export const LEDGER_PATTERN = /^[a-z0-9][a-z0-9_-]{0,62}$/;
/** Not of dots only: clients take such a segment of a path for a direction, whether it is encoded or not, and leave it out. */
export const ADDRESS_PATTERN =
  /^(?=.{1,255}$)(?!\.+(?::|$))[A-Za-z0-9_.-]{1,64}(?::(?!\.+(?::|$))[A-Za-z0-9_.-]{1,64})*$/;
/** As addresses were accepted once; what was is applied. */
export const ACCEPTED_ADDRESS_PATTERN =
  /^(?=.{1,255}$)[A-Za-z0-9_.-]{1,64}(?::[A-Za-z0-9_.-]{1,64})*$/;
export const ASSET_PATTERN = /^[A-Z][A-Z0-9]{0,16}\/[0-9]{1,2}$/;
export const AMOUNT_PATTERN = /^[1-9][0-9]{0,37}$/;
/** A limit may be zero where an amount may not. */
export const LIMIT_PATTERN = /^(?:0|[1-9][0-9]{0,37})$/;
export const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The outside of every ledger: money enters from it and leaves to it; it has no lower limit. */
export const WORLD = 'world';
