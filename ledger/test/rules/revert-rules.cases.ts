/** Reverts, in the language of `apply-batch.cases.ts`. */
export const REVERT_RULES = `
Reverts
alice 0, bob 9, done x: alice>bob 9 | revert x                                     | posted                                       | alice 9, bob 0, x reverted 9 // a revert gives back
alice 9                            | alice>bob 9; revert a                        | posted; posted                               | alice 9, bob 0, a reverted 9 // a transfer can be reverted in the same batch
bob 9, done x: alice>bob 9         | revert x 4; revert x 5; revert x 1           | posted; posted; already_reverted             | alice 9, bob 0, x reverted 9 // reverts add up to the original, and no further
bob 9, done x: alice>bob 9         | revert x 4; revert x 6                       | posted; revert_amount_exceeded 5/6           | alice 4, bob 5, x reverted 4 // two parts may not be more than the original
bob 99, done x: alice>bob 9        | revert x 10                                  | revert_amount_exceeded 9/10                  | - // nor may one
bob 9, done x: alice>bob 9         | revert x 4; revert x                         | posted; posted                               | alice 9, bob 0, x reverted 9 // without an amount all that is left is reverted
bob 9, done x: alice>bob 9 reverted 4 | revert x                                     | posted                                       | alice 5, bob 4, x reverted 9 // what earlier batches reverted is not reverted again
bob 9, done x: alice>bob 9 reverted 4 | revert x 6                                   | revert_amount_exceeded 5/6                   | - // nor counted as left
bob 9, done x: alice>bob 9 reverted 9 | revert x                                     | already_reverted                             | - // nothing is left
bob 9, done x: alice>bob 9 reverted 9 | revert x 1                                   | already_reverted                             | - // not even for an amount
bob 9, done x: alice>bob 9         | revert x 10; revert x 9                      | revert_amount_exceeded 9/10; posted          | alice 9, bob 0, x reverted 9 // a rejected revert takes nothing of what is left
bob 9, done x: alice>bob 9         | revert x 4; a: revert x 4; a: revert x 5     | posted; replay posted; conflict posted       | alice 4, bob 5, x reverted 4 // the same revert twice reverts once
world -9, bob 9, done x: world>bob 9 | revert x                                     | posted                                       | world 0, bob 0, x reverted 9 // money goes back outside
alice 9, bob 9                     | alice>bob 4 if 9; bob>carol 9; revert a      | posted; posted; posted                       | alice 9, bob 0, carol 9, a reverted 4 // a revert has no conditions

Several postings
bob 4, carol 5, done x: alice>bob 4 + alice>carol 5 | revert x                                     | posted                                       | alice 9, bob 0, carol 0, x reverted 9 // of several postings all are reverted
bob 4, carol 5, done x: alice>bob 4 + alice>carol 5 | revert x; revert x                           | posted; already_reverted                     | alice 9, bob 0, carol 0, x reverted 9 // once
bob 4, carol 5, done x: alice>bob 4 + alice>carol 5 reverted 9 | revert x 1                                   | already_reverted                             | - // also where an earlier batch did
bob 4, carol 5, done x: alice>bob 4 + alice>carol 5 | revert x 9                                   | revert_amount_exceeded                       | - // of several postings no amount can be reverted, not even all
bob 9, alice 8 USD/2, done x: alice>bob 9 + bob>alice 8 USD/2 | revert x; revert x                           | posted; already_reverted                     | alice 0 USD/2, alice 9, bob 0, bob 8 USD/2, x reverted // an exchange of two assets is reverted whole
alice MAX, bob 1, world -1, done x: world>alice 1 + alice>bob 1 | revert x                                     | amount_overflow alice                        | - // the last posting is reverted first
alice MAX, bob 1, world -1, done x: alice>bob 1 + world>alice 1 | revert x                                     | posted                                       | alice MAX, bob 0, world 0, x reverted 2 // and the first one last

What is judged
bob 4, done x: alice>bob 9         | revert x                                     | insufficient_funds bob 4/9                   | - // who gave it away cannot give it back
bob 4, done x: alice>bob 9         | revert x 4                                   | posted                                       | alice 4, bob 0, x reverted 4 // but what is still there
bob 9, open y: hold bob>carol 5, done x: alice>bob 9 | revert x                                     | insufficient_funds bob 4/9                   | - // what is held is not there to be given back
alice 4 max 9, bob 9, done x: alice>bob 9 | revert x                                     | balance_limit_exceeded alice 5/9             | - // a maximum binds a revert, too
alice frozen credit, bob 9, done x: alice>bob 9 | revert x                                     | account_frozen alice                         | - // who is frozen for credits gets nothing back
bob 9 frozen debit, done x: alice>bob 9 | revert x                                     | account_frozen bob                           | - // who is frozen for debits gives nothing back
alice frozen debit, bob 9 frozen credit, done x: alice>bob 9 | revert x                                     | posted                                       | alice 9, bob 0, x reverted 9 // a freeze of the direction of the transfer does not stand against its revert
alice MAX-5, bob 9, done x: alice>bob 9 | revert x                                     | amount_overflow alice                        | - // a revert may not pass the greatest amount
alice known @strict, bob 9 @strict, done x: alice>bob 9 @strict | revert x @strict                             | posted                                       | alice 9 @strict, bob 0 @strict, x reverted 9 @strict // an explicit ledger reverts between known accounts
bob 9 @strict, done x: alice>bob 9 @strict | revert x @strict                             | account_unknown alice                        | - // a revert needs its accounts
bob 4 frozen debit, done x: alice>bob 9 | revert x 10                                  | revert_amount_exceeded 9/10                  | - // the amount is judged before the accounts

Force
bob 4, done x: alice>bob 9         | revert x force                               | posted                                       | alice 9, bob -5, x reverted 9 // force goes below the overdraft limit
bob 4 overdraft 3, done x: alice>bob 9 | revert x 8; revert x 8 force                 | insufficient_funds bob 4/8; posted           | alice 8, bob -4, x reverted 8 // whatever that is
alice 4 max 9, bob 9, done x: alice>bob 9 | revert x force                               | posted                                       | alice 13, bob 0, x reverted 9 // force goes above the maximum
alice frozen credit, bob 9, done x: alice>bob 9 | revert x force                               | account_frozen alice                         | - // force does not break a freeze of credits
bob 9 frozen debit, done x: alice>bob 9 | revert x force                               | account_frozen bob                           | - // nor one of debits
alice MAX-5, bob 9, done x: alice>bob 9 | revert x force                               | amount_overflow alice                        | - // nor does it find more digits
bob 99, done x: alice>bob 9        | revert x 10 force                            | revert_amount_exceeded 9/10                  | - // nor does it revert more than there was
bob 9, done x: alice>bob 9 reverted 9 | revert x force                               | already_reverted                             | - // or twice
bob 9 @strict, done x: alice>bob 9 @strict | revert x force @strict                       | account_unknown alice                        | - // or without an account

What can be reverted
alice 9                            | hold alice>bob 9; capture a 4; revert b      | pending; posted; posted                      | alice 9, bob 0, a posted 4/9, b reverted 4 // a capture is reverted, and the hold stays captured
alice 9                            | hold alice>bob 9; capture a 4 keep; revert b 3; revert b 2; capture a | pending; posted; posted; revert_amount_exceeded 1/2; posted | alice 3, bob 6, a posted 9/9, b reverted 3 // the revert of a capture is not given back to the hold
alice 9                            | hold alice>bob 4 + alice>carol 5; capture a; revert b; revert b | pending; posted; posted; already_reverted    | alice 9, bob 0, carol 0, a posted 9/9, b reverted 9 // a capture of several postings is reverted whole
alice 9, open x: hold alice>bob 9 captured 4 | capture x; revert a 6                        | posted; revert_amount_exceeded 5/6           | alice 4, bob 5, x posted 9/9 // of a capture only what it moved
-                                  | revert z                                     | target_unknown                               | - // what does not exist cannot be reverted
-                                  | a: revert a                                  | target_unknown                               | - // nothing reverts itself
alice 9                            | revert b; alice>bob 9                        | target_unknown; posted                       | alice 0, bob 9 // nor what comes later
bob 9 @other, bob 9, done x: alice>bob 9 @other | revert x                                     | target_unknown                               | - // nor what is in another ledger
alice 8                            | alice>bob 9; revert a                        | insufficient_funds alice 8/9; target_unknown | - // what was rejected moved nothing
refused x: alice>bob 9, bob 9      | revert x                                     | target_unknown                               | - // also in an earlier batch
bob 9, done x: alice>bob 9         | revert x 4; revert a                         | posted; target_unknown                       | alice 4, bob 5, x reverted 4 // a revert is final
alice 9, open x: hold alice>bob 9  | revert x; revert x force                     | target_unknown; target_unknown               | - // an open hold moved nothing
alice 9, open x: hold alice>bob 9  | capture x; revert x                          | posted; target_unknown                       | alice 0, bob 9, x posted 9/9 // a captured hold did not, its captures did
released x: hold alice>bob 9, bob 9 | revert x                                     | target_unknown                               | - // a released hold neither
alice 9, bob 9, open x: hold alice>bob 9 | release x; revert a                          | posted; target_unknown                       | alice 9, x released 0/9 // nor a release
alice 9, bob 9, open x: hold alice>bob 9 | expire x; revert a                           | posted; target_unknown                       | alice 9, x expired 0/9 // nor an expiry

When a revert takes effect
bob 9, done x: alice>bob 9 on 2026-11-20 | revert x 4 on 2026-11-20; revert x on 2026-11-19 | posted; effective_before_target              | alice 4, bob 5, x reverted 4 // a revert may be dated back to its target, and no further
alice 9                            | alice>bob 9 on 2026-12-24; revert a 4 on 2026-12-23; revert a | posted; effective_before_target; posted       | alice 9, bob 0, a reverted 9 // what is dated ahead is not taken back before it is there
alice 9                            | hold alice>bob 9; capture a on 2026-12-24; revert b on 2026-12-23; revert b | pending; posted; effective_before_target; posted | alice 9, bob 0, a posted 9/9, b reverted 9 // a capture of that kind neither
bob 9, done x: alice>bob 9 reverted 9 | revert x on 2026-11-01                       | effective_before_target                      | - // the date is judged before the amount
-                                  | revert z on 2026-11-01                       | target_unknown                               | - // and after the target
`;
