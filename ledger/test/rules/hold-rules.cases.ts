/** Holds, captures, releases and expiries, in the language of `apply-batch.cases.ts`. */
export const HOLD_RULES = `
Holds
alice 9                            | hold alice>bob 9                             | pending                                      | alice 9 held 9, a pending 0/9 // a hold reserves and moves nothing
alice 9                            | hold alice>bob 10                            | insufficient_funds alice 9/10                | - // no more than is available can be held
alice 5000                         | hold alice>bob 1000; hold alice>bob 1000; hold alice>bob 1000; hold alice>bob 1000; hold alice>bob 1000; hold alice>bob 1000 | pending; pending; pending; pending; pending; insufficient_funds alice 0/1000 | alice 5000 held 5000, a pending 0/1000, b pending 0/1000, c pending 0/1000, d pending 0/1000, e pending 0/1000 // of six holds of 1,000 on 5,000 the sixth is refused
alice 9                            | hold alice>bob 4; alice>carol 6; alice>carol 5 | pending; insufficient_funds alice 5/6; posted | alice 4 held 4, carol 5, a pending 0/4 // what is held is not there for a transfer
alice 9, open x: hold alice>bob 4  | hold alice>bob 6                             | insufficient_funds alice 5/6                 | - // what is held is not there for another hold
alice 9                            | hold alice>bob 5 + alice>carol 5             | insufficient_funds alice 9/10                | - // what a hold takes of an account is added up
alice 9                            | hold alice>bob 4 + alice>carol 5             | pending                                      | alice 9 held 9, a pending 0/9 // a hold may have several destinations
alice 9, bob 9                     | hold alice>bob 9 + bob>alice 9               | pending                                      | alice 9 held 9, bob 9 held 9, a pending 0/18 // each source of a hold gives its own
-                                  | hold alice>bob 9 + world>alice 9             | insufficient_funds alice 0/9                 | - // the credits of a hold's own postings do not count
alice 9, alice 9 USD/2             | hold alice>bob 9 + alice>bob 8 USD/2         | pending                                      | alice 9 USD/2 held 8, alice 9 held 9, a pending // a hold may be of several assets
alice 1 overdraft 5                | hold alice>bob 6                             | pending                                      | alice 1 held 6, a pending 0/6 // a hold may use the overdraft
alice 1 overdraft 5                | hold alice>bob 7                             | insufficient_funds alice 1/7                 | - // a hold may not go beyond the overdraft
alice -8 overdraft 5               | hold alice>bob 1                             | insufficient_funds alice -8/1                | - // whoever is below the limit has nothing to hold
-                                  | hold world>alice 9                           | pending                                      | world 0 held 9, a pending 0/9 // the outside can be held without limit
alice 9, bob max 0                 | hold alice>bob 9                             | pending                                      | alice 9 held 9, a pending 0/9 // a maximum is not judged before the capture
alice 9, bob MAX                   | hold alice>bob 9                             | pending                                      | alice 9 held 9, a pending 0/9 // nor are the digits of the destination
alice 9 frozen debit               | hold alice>bob 1                             | account_frozen alice                         | - // a frozen source is not held
alice 9, bob frozen credit         | hold alice>bob 1                             | account_frozen bob                           | - // nor is anything held for a frozen destination
alice 9 frozen credit, bob frozen debit | hold alice>bob 1                             | pending                                      | alice 9 held 1, a pending 0/1 // a freeze of the other direction does not stand against a hold
alice 9 @strict                    | hold alice>bob 1 @strict                     | account_unknown bob                          | - // an explicit ledger wants the destinations of its holds created
bob known @strict                  | hold alice>bob 1 @strict                     | account_unknown alice                        | - // an explicit ledger wants the sources of its holds created
alice overdraft none               | hold alice>bob MAX; hold alice>bob 1         | pending; amount_overflow alice               | alice 0 held MAX, a pending 0/MAX // what is held has 38 digits at most
alice overdraft none               | hold alice>bob MAX + alice>bob 1             | amount_overflow alice                        | - // what one transaction holds is added up for that, too
-                                  | hold world>bob MAX; hold world>bob 1         | pending; amount_overflow world               | world 0 held MAX, a pending 0/MAX // the outside included
alice 9                            | hold alice>bob 9; a: hold alice>bob 9; a: hold alice>bob 8 | pending; replay pending; conflict pending    | alice 9 held 9, a pending 0/9 // the same hold twice holds once
alice 9                            | hold alice>bob 9; capture a; a: hold alice>bob 9 | pending; posted; replay posted               | alice 0, bob 9, a posted 9/9 // the replay of a hold tells what became of it
world 0 @other, open x: hold world>bob 9 @other, alice 9 | x: hold alice>bob 9                          | pending                                      | alice 9 held 9, x pending 0/9 // an id held in another ledger is free in this one

Captures
alice 9, open x: hold alice>bob 9  | capture x                                    | posted                                       | alice 0, bob 9, x posted 9/9 // a capture moves what was held
alice 9                            | hold alice>bob 9; capture a                  | pending; posted                              | alice 0, bob 9, a posted 9/9 // a hold can be captured in the same batch
alice 9, open x: hold alice>bob 9  | capture x 4                                  | posted                                       | alice 5, bob 4, x posted 4/9 // what a final capture leaves is free at once
alice 9, open x: hold alice>bob 9  | capture x 4; alice>carol 5                   | posted; posted                               | alice 0, bob 4, carol 5, x posted 4/9 // and there for the next
alice 9, open x: hold alice>bob 9  | capture x 4 keep                             | posted                                       | alice 5 held 5, bob 4, x pending 4/9 // a capture that is not final keeps the rest open
alice 9, open x: hold alice>bob 9  | capture x 4 keep; alice>carol 1              | posted; insufficient_funds alice 0/1         | alice 5 held 5, bob 4, x pending 4/9 // and held
alice 9, open x: hold alice>bob 9  | capture x 4 keep; capture x 5 keep           | posted; posted                               | alice 0, bob 9, x posted 9/9 // when nothing is left the hold is over, final or not
alice 9, open x: hold alice>bob 9  | capture x keep                               | posted                                       | alice 0, bob 9, x posted 9/9 // all at once, too
alice 9, open x: hold alice>bob 9  | capture x 4 keep; capture x                  | posted; posted                               | alice 0, bob 9, x posted 9/9 // without an amount all that is left is captured
alice 9, open x: hold alice>bob 9 captured 4 | capture x                                    | posted                                       | alice 4, bob 5, x posted 9/9 // what earlier batches captured is not captured again
alice 9, open x: hold alice>bob 9 captured 4 | capture x 6                                  | hold_amount_exceeded 5/6                     | - // nor counted as left
alice 9, open x: hold alice>bob 9  | capture x 10                                 | hold_amount_exceeded 9/10                    | - // no more than was held
alice 9, open x: hold alice>bob 9  | capture x 4 keep; capture x 6; capture x 5   | posted; hold_amount_exceeded 5/6; posted     | alice 0, bob 9, x posted 9/9 // captures add up, those that were rejected do not
alice 9, open x: hold alice>bob 9  | capture x 4; capture x 1                     | posted; hold_not_open                        | alice 5, bob 4, x posted 4/9 // after a final capture the hold is over
alice 9, open x: hold alice>bob 4 + alice>carol 5 | capture x keep                               | posted                                       | alice 0, bob 4, carol 5, x posted 9/9 // of several postings everything is captured, final or not
alice 9, open x: hold alice>bob 4 + alice>carol 5 | capture x 9                                  | hold_amount_exceeded                         | - // of several postings no amount can be captured, not even all
alice 9, bob 9, open x: hold alice>bob 9 + bob>alice 9 | capture x                                    | posted                                       | alice 9, bob 9, x posted 18/18 // there and back again can be captured, too
alice 9, alice 9 USD/2, open x: hold alice>bob 9 + alice>bob 8 USD/2 | capture x                                    | posted                                       | alice 0, alice 1 USD/2, bob 8 USD/2, bob 9, x posted // several assets are captured together
world 0, open x: hold world>bob 9  | capture x 4                                  | posted                                       | world -4, bob 4, x posted 4/9 // what comes from outside can be captured
alice 9                            | hold alice>bob 9; capture a 4 keep; b: capture a 4 keep; b: capture a 5 keep | pending; posted; replay posted; conflict posted | alice 5 held 5, bob 4, a pending 4/9 // the same capture twice captures once
alice 9 frozen debit, open x: hold alice>bob 9 | capture x                                    | account_frozen alice                         | - // a source that is frozen by then gives nothing
alice 9, bob frozen credit, open x: hold alice>bob 9 | capture x                                    | account_frozen bob                           | - // a destination that is frozen by then gets nothing
alice 9, bob 4 max 9, open x: hold alice>bob 9 | capture x; capture x 5                       | balance_limit_exceeded bob 5/9; posted       | alice 4, bob 9, x posted 5/9 // the maximum of the destination binds a capture
alice 9 max 0, bob 9, open x: hold alice>bob 9 + bob>alice 3 | capture x                                    | posted                                       | alice 3, bob 15, x posted 12/12 // but only whoever gains by it
alice 9, bob MAX-5, open x: hold alice>bob 9 | capture x; capture x 5                       | amount_overflow bob; posted                  | alice 4, bob MAX, x posted 5/9 // a capture may not pass the greatest amount
alice 0 overdraft 0, open x: hold alice>bob 9 | capture x                                    | posted                                       | alice -9, bob 9, x posted 9/9 // an overdraft limit that was lowered meanwhile does not bind a capture
alice 9                            | hold alice>bob 9 if 9; capture a             | pending; posted                              | alice 0, bob 9, a posted 9/9 // the condition was for the hold, not for its capture
alice 9 @strict, bob known @strict, open x: hold alice>bob 9 @strict | capture x @strict                            | posted                                       | alice 0 @strict, bob 9 @strict, x posted 9/9 @strict // an explicit ledger captures between known accounts
alice 9 @strict, open x: hold alice>bob 9 @strict | capture x @strict                            | account_unknown bob                          | - // a capture needs its accounts

What cannot be captured
-                                  | capture z                                    | target_unknown                               | - // what does not exist cannot be captured
-                                  | a: capture a                                 | target_unknown                               | - // nothing captures itself
alice 9                            | capture b; hold alice>bob 9                  | target_unknown; pending                      | alice 9 held 9, b pending 0/9 // nor a hold that comes later
alice 9 @other, open x: hold alice>bob 9 @other | capture x                                    | target_unknown                               | - // nor a hold of another ledger
alice 8                            | hold alice>bob 9; world>alice 1; capture a   | insufficient_funds alice 8/9; posted; hold_not_open | alice 9, world -1 // a rejected hold cannot be captured
refused x: hold alice>bob 9, alice 9 | capture x                                    | hold_not_open                                | - // nor one that an earlier batch rejected
-                                  | !hold world>bob 9; capture a                 | processing_failed; hold_not_open             | - // nor one that could not be processed
alice 9, done x: alice>bob 9       | capture x                                    | hold_not_open                                | - // a transfer is no hold
alice 9, open x: hold alice>bob 9  | capture x 4 keep; capture a; release a; expire a | posted; hold_not_open; hold_not_open; hold_not_open | alice 5 held 5, bob 4, x pending 4/9 // a capture is no hold
done x: hold alice>bob 9, alice 9  | capture x                                    | hold_not_open                                | - // a captured hold is over
released x: hold alice>bob 9, alice 9 | capture x                                    | hold_not_open                                | - // a released hold is over
expired x: hold alice>bob 9, alice 9 | capture x                                    | hold_not_open                                | - // an expired hold is over
alice 9 frozen debit, released x: hold alice>bob 4 + alice>bob 5 | capture x 10                                 | hold_not_open                                | - // whether a hold is open is judged before the amount and the accounts
alice 9 frozen debit, open x: hold alice>bob 9 | capture x 10                                 | hold_amount_exceeded 9/10                    | - // the amount is judged before the accounts

Releases and expiries
alice 9, open x: hold alice>bob 9  | release x                                    | posted                                       | alice 9, x released 0/9 // a release frees what was held
alice 9, open x: hold alice>bob 9  | release x; alice>carol 9                     | posted; posted                               | alice 0, carol 9, x released 0/9 // and makes it available to the next
alice 9, open x: hold alice>bob 9 captured 4 | release x                                    | posted                                       | alice 9, x released 4/9 // what was captured stays captured
alice 9, open x: hold alice>bob 9  | expire x                                     | posted                                       | alice 9, x expired 0/9 // an expiry frees what was held
alice 9, open x: hold alice>bob 9 captured 4 | expire x                                     | posted                                       | alice 9, x expired 4/9 // but not what was captured
alice 9                            | hold alice>bob 9; release a                  | pending; posted                              | alice 9, a released 0/9 // a hold can be released in the same batch
alice 9, bob 9, open x: hold alice>bob 4 + bob>carol 5 + alice>carol 3 | release x                                    | posted                                       | alice 9, bob 9, x released 0/12 // each source of a hold is freed
alice 9, alice 9 USD/2, open x: hold alice>bob 9 + alice>bob 8 USD/2 | expire x                                     | posted                                       | alice 9, alice 9 USD/2, x expired // each asset, too
alice 9 frozen both, bob frozen both, open x: hold alice>bob 9 | release x                                    | posted                                       | alice 9, x released 0/9 // a freeze does not stand against a release
alice 9 frozen both, bob max 0, open x: hold alice>bob 9 | expire x                                     | posted                                       | alice 9, x expired 0/9 // nor against an expiry
-                                  | release z; expire z                          | target_unknown; target_unknown               | - // what does not exist cannot be ended
alice 9, done x: alice>bob 9       | release x; expire x                          | hold_not_open; hold_not_open                 | - // a transfer cannot be ended
-                                  | hold alice>bob 9; release a; expire a        | insufficient_funds alice 0/9; hold_not_open; hold_not_open | - // nor a hold that was rejected
alice 9                            | hold alice>bob 9; release a; b: release a    | pending; posted; replay posted               | alice 9, a released 0/9 // the same release twice frees once
alice 9                            | hold alice>bob 9; expire a; b: expire a      | pending; posted; replay posted               | alice 9, a expired 0/9 // so does the same expiry

Who comes first
alice 9, open x: hold alice>bob 9  | capture x 4; release x; expire x             | posted; hold_not_open; hold_not_open         | alice 5, bob 4, x posted 4/9 // captured, then neither released nor expired
alice 9, open x: hold alice>bob 9  | capture x 4; expire x; release x             | posted; hold_not_open; hold_not_open         | alice 5, bob 4, x posted 4/9 // captured, then neither expired nor released
alice 9, open x: hold alice>bob 9  | release x; capture x 4; expire x             | posted; hold_not_open; hold_not_open         | alice 9, x released 0/9 // released, then neither captured nor expired
alice 9, open x: hold alice>bob 9  | release x; expire x; capture x 4             | posted; hold_not_open; hold_not_open         | alice 9, x released 0/9 // released, then neither expired nor captured
alice 9, open x: hold alice>bob 9  | expire x; capture x 4; release x             | posted; hold_not_open; hold_not_open         | alice 9, x expired 0/9 // expired, then neither captured nor released
alice 9, open x: hold alice>bob 9  | expire x; release x; capture x 4             | posted; hold_not_open; hold_not_open         | alice 9, x expired 0/9 // expired, then neither released nor captured
alice 9, open x: hold alice>bob 9  | capture x 4 keep; release x; expire x        | posted; posted; hold_not_open                | alice 5, bob 4, x released 4/9 // captured in part, then released, then not expired
alice 9, open x: hold alice>bob 9  | capture x 4 keep; expire x; release x        | posted; posted; hold_not_open                | alice 5, bob 4, x expired 4/9 // captured in part, then expired, then not released

Time
alice 9, open x: hold alice>bob 9 for 60 | capture x at 59                              | posted                                       | alice 0, bob 9, x posted 9/9 // a capture that was accepted in time is in time, whenever it is posted
alice 9, open x: hold alice>bob 9 for 60 | capture x at 60                              | hold_not_open                                | - // at its last instant a hold is over
alice 9, open x: hold alice>bob 9 for 60 | capture x 4 keep at 61; capture x 4 keep at 59 | hold_not_open; posted                        | alice 5 held 5, bob 4, x pending 4/9 // it is the acceptance that counts, not the order
alice 9, open x: hold alice>bob 9 for 60 | release x at 59                              | posted                                       | alice 9, x released 0/9 // a release in time
alice 9, open x: hold alice>bob 9 for 60 | release x at 60                              | hold_not_open                                | - // a release comes too late likewise
alice 9, open x: hold alice>bob 9 for 60 | release x at 60; capture x at 60; expire x at 60 | hold_not_open; hold_not_open; posted         | alice 9, x expired 0/9 // from then on a hold can only expire
alice 9, open x: hold alice>bob 9 for 60 | expire x at 10                               | posted                                       | alice 9, x expired 0/9 // an expiry is not judged by its time: the system sends it
alice 9                            | hold alice>bob 9 for 60 at 100; capture a at 159 | pending; posted                              | alice 0, bob 9, a posted 9/9 // a hold lasts from its own acceptance
alice 9, open x: hold alice>bob 9 for 60 | capture x 99 at 60                           | hold_not_open                                | - // the time is judged before the amount

When a capture takes effect
alice 9                            | hold alice>bob 9; capture a 4 keep on 2026-11-26; capture a 4 keep; capture a on 2026-11-25 | pending; posted; posted; effective_before_target | alice 1 held 1, bob 8, a pending 8/9 // a capture may be dated ahead, and not before its hold
alice 9, open x: hold alice>bob 9 on 2026-11-20 | capture x 4 keep on 2026-11-20; capture x on 2026-11-19 | posted; effective_before_target              | alice 5 held 5, bob 4, x pending 4/9 // the same instant is early enough
alice 9, open x: hold alice>bob 9 for 60 | capture x 99 on 2026-11-01 at 60; capture x 99 on 2026-11-01 | hold_not_open; effective_before_target       | - // the date is judged after the target, and before the amount
`;
