/** Transfers, in the language of `apply-batch.cases.ts`. */
export const TRANSFER_RULES = `
Order within a batch
-                               | world>alice 9; alice>bob 9                | posted; posted                               | alice 0, bob 9, world -9           // a withdrawal sees the deposit before it in the same batch
-                               | alice>bob 9; world>alice 9                | insufficient_funds alice 0/9; posted         | alice 9, world -9                  // a withdrawal does not see the deposit after it in the same batch
alice 9                         | alice>bob 6; alice>bob 6; alice>bob 3     | posted; insufficient_funds alice 3/6; posted | alice 0, bob 9                     // one that is rejected leaves what it wanted to the next
alice 9                         | alice>bob 9; bob>carol 9; carol>alice 9   | posted; posted; posted                       | alice 9, bob 0, carol 0            // money may go round within one batch
alice 5 max 9                   | world>alice 5; alice>bob 1; world>alice 5 | balance_limit_exceeded alice 4/5; posted; posted | alice 9, bob 1, world -5       // room under a maximum is made by the withdrawal before
-                               | -                                         | -                                            | -                                  // an empty batch does nothing

Duplicates
-                               | world>alice 9; a: world>alice 9           | posted; replay posted                        | alice 9, world -9                  // the same command twice in a batch is applied once
-                               | world>alice 9; a: world>alice 8           | posted; conflict posted                      | alice 9, world -9                  // the same id with another body is a conflict, and the first stands
-                               | world>alice 9; a: world>alice 8; a: world>alice 9 | posted; conflict posted; replay posted | alice 9, world -9                // a conflict does not take the place of the first
-                               | alice>bob 9; world>alice 9; a: alice>bob 9 | insufficient_funds alice 0/9; posted; replay insufficient_funds alice 0/9 | alice 9, world -9 // a rejection is final, although a retry would now succeed
-                               | world>alice 9; a: world>alice 9 @other    | posted; posted                               | alice 9, alice 9 @other, world -9, world -9 @other // an id is unique within its ledger only
done a: world>alice 9, alice 9  | a: world>alice 9                          | replay posted                                | -                                  // the replay of a stored transaction changes nothing
done a: world>alice 9, alice 9  | a: world>alice 8                          | conflict posted                              | -                                  // a conflict with a stored transaction changes nothing
refused a: alice>bob 9, alice 9 | a: alice>bob 9                            | replay insufficient_funds alice 0/9          | -                                  // a stored rejection is final
done a: world>alice 9 @other    | a: world>alice 9                          | posted                                       | alice 9, world -9                  // an id stored in another ledger is free in this one
done a: alice>bob 9, alice 9    | a: alice>bob 9; b: alice>bob 9            | replay posted; posted                        | alice 0, bob 9                     // a replay takes nothing from the commands after it

Several postings
alice 0                         | alice>bob 9 + world>alice 9               | posted                                       | alice 0, bob 9, world -9           // money may pass through: what comes in covers what goes out before
alice 0                         | world>alice 9 + alice>bob 9               | posted                                       | alice 0, bob 9, world -9           // money may pass through: what comes in covers what goes out after
alice 9                         | alice>bob 5 + alice>carol 5               | insufficient_funds alice 9/10                | -                                  // what an account gives is added up
alice 9                         | alice>bob 9 + carol>bob 1                 | insufficient_funds carol 0/1                 | -                                  // one bad posting rejects them all
alice max 9                     | world>alice 5 + world>alice 5             | balance_limit_exceeded alice 9/10            | -                                  // what an account gets is added up
alice max 9                     | world>alice 90 + alice>bob 81             | posted                                       | alice 9, bob 81, world -90         // a maximum is judged after the last posting
alice -8 overdraft 5            | alice>bob 3 + world>alice 3               | posted                                       | alice -8, bob 3, world -3          // beyond its limit an account may still pass on what it gets
alice 9, bob 9 USD/2            | alice>bob 9 + bob>alice 9 USD/2           | posted                                       | alice 0, alice 9 USD/2, bob 0 USD/2, bob 9 // an exchange of two assets is one transaction
alice 9, bob 8 USD/2            | alice>bob 9 + bob>alice 9 USD/2           | insufficient_funds bob 8/9 USD/2             | -                                  // an exchange fails whole when one side is short
alice 9                         | alice>bob 5 + bob>alice 5                 | posted                                       | alice 9, bob 0                     // there and back again posts, though nothing has moved

Funds and overdraft
alice 9                         | alice>bob 9                               | posted                                       | alice 0, bob 9                     // the last unit may be taken
alice 9                         | alice>bob 10                              | insufficient_funds alice 9/10                | -                                  // not one unit more
alice known                     | alice>bob 1                               | insufficient_funds alice 0/1                 | -                                  // an account without a balance has nothing
alice 9 USD/2                   | alice>bob 1                               | insufficient_funds alice 0/1                 | -                                  // another asset is no cover
alice 9 @other                  | alice>bob 1                               | insufficient_funds alice 0/1                 | -                                  // another ledger is no cover
alice 1 overdraft 5             | alice>bob 6                               | posted                                       | alice -5, bob 6                    // an overdraft may be used to the last unit
alice 1 overdraft 5             | alice>bob 7                               | insufficient_funds alice 1/7                 | -                                  // an overdraft ends
alice overdraft none            | alice>bob MAX                             | posted                                       | alice -MAX, bob MAX                // no overdraft limit: only the digits end it
alice -8 overdraft 5            | world>alice 1                             | posted                                       | alice -7, world -1                 // whoever is below the limit may come back
alice -8 overdraft 5            | alice>bob 1                               | insufficient_funds alice -8/1                | -                                  // whoever is below the limit may not go further
alice 9 held 4                  | alice>bob 5                               | posted                                       | alice 4 held 4, bob 5              // what is not held is available
alice 9 held 4                  | alice>bob 6                               | insufficient_funds alice 5/6                 | -                                  // what is held is not available
alice 1 held 4 overdraft 5      | alice>bob 2                               | posted                                       | alice -1 held 4, bob 2             // an overdraft is counted from what is available
alice 1 held 4 overdraft 5      | alice>bob 3                               | insufficient_funds alice -3/3                | -                                  // a hold uses the overdraft up
-                               | world>alice 9; world>bob 9                | posted; posted                               | alice 9, bob 9, world -18          // the outside never runs short
world 0 overdraft 0             | world>alice 9                             | posted                                       | alice 9, world -9                  // the outside has no lower limit, even where one was set

Maximum balance
alice 4 max 9                   | world>alice 5                             | posted                                       | alice 9, world -5                  // a maximum may be reached
alice 4 max 9                   | world>alice 6                             | balance_limit_exceeded alice 5/6             | -                                  // a maximum may not be passed
alice max 0                     | world>alice 1                             | balance_limit_exceeded alice 0/1             | -                                  // a maximum of zero takes nothing
alice 15 max 9                  | alice>bob 1                               | posted                                       | alice 14, bob 1                    // whoever is above the maximum may come back
alice 15 max 9                  | world>alice 1                             | balance_limit_exceeded alice 0/1             | -                                  // whoever is above the maximum may not go further
alice 4 held 4 max 9            | world>alice 6                             | balance_limit_exceeded alice 5/6             | -                                  // what is held still counts towards the maximum
alice -5 overdraft none max 0   | world>alice 5                             | posted                                       | alice 0, world -5                  // a debt may be paid under a maximum of zero
alice USD/2 max 9               | world>alice 10                            | posted                                       | alice 10, world -10                // a maximum binds its own asset only

Frozen
alice 9 frozen debit            | alice>bob 1                               | account_frozen alice                         | -                                  // frozen for debits: gives nothing
alice 9 frozen debit            | world>alice 1                             | posted                                       | alice 10, world -1                 // frozen for debits: still gets
alice 9 frozen credit           | world>alice 1                             | account_frozen alice                         | -                                  // frozen for credits: gets nothing
alice 9 frozen credit           | alice>bob 1                               | posted                                       | alice 8, bob 1                     // frozen for credits: still gives
alice 9 frozen both             | alice>bob 1                               | account_frozen alice                         | -                                  // frozen for both: gives nothing
alice 9 frozen both             | world>alice 1                             | account_frozen alice                         | -                                  // frozen for both: gets nothing
bob frozen both, alice 9        | alice>carol 1                             | posted                                       | alice 8, carol 1                   // a freeze concerns nobody else
alice 9, bob frozen credit      | alice>carol 1 + alice>bob 1               | account_frozen bob                           | -                                  // a freeze rejects all postings of a transaction
alice frozen both @other        | world>alice 1                             | posted                                       | alice 1, world -1                  // a freeze in another ledger binds nothing here
world frozen debit              | world>alice 1                             | account_frozen world                         | -                                  // even the outside can be frozen

Explicit ledgers
-                               | world>alice 1 @strict                     | account_unknown alice                        | -                                  // an explicit ledger wants its destinations created
-                               | alice>world 1 @strict                     | account_unknown alice                        | -                                  // an explicit ledger wants its sources created
alice known @strict             | world>alice 1 @strict                     | posted                                       | alice 1 @strict, world -1 @strict  // the outside never needs to exist
alice known @strict             | world>alice 1 + alice>bob 1 @strict       | account_unknown bob                          | -                                  // one unknown account rejects all postings
alice known                     | world>alice 1 @strict                     | account_unknown alice                        | -                                  // an account of another ledger is not known here
-                               | world>alice 1                             | posted                                       | alice 1, world -1                  // an auto ledger creates accounts as they are used

38 digits
-                               | world>alice MAX                           | posted                                       | alice MAX, world -MAX              // 38 digits still fit, on both sides
alice MAX-5                     | world>alice 5                             | posted                                       | alice MAX, world -5                // a balance may reach the greatest amount
alice MAX-5                     | world>alice 6                             | amount_overflow alice                        | -                                  // a balance may not pass the greatest amount
alice MAX                       | world>alice MAX                           | amount_overflow alice                        | -                                  // nor by far
alice 1, world -MAX             | world>alice 1                             | amount_overflow world                        | -                                  // the outside overflows below, too
alice 1, world MAX              | alice>world 1                             | amount_overflow world                        | -                                  // the outside overflows above, too
bob 1, alice -MAX overdraft none | alice>bob 1                              | amount_overflow alice                        | -                                  // an account without limit overflows below
-                               | world>alice MAX; world>bob 1; alice>world 1; world>bob 1 | posted; amount_overflow world; posted; posted | alice MAX-1, bob 1, world -MAX // room is made by what comes back
alice MAX                       | alice>bob 1 + world>alice 1               | posted                                       | alice MAX, bob 1, world -1         // each running balance fits, so the entries can be stored
alice MAX                       | world>alice 1 + alice>bob 1               | amount_overflow alice                        | -                                  // an entry's running balance must fit, even if the next posting brings it back

Unprocessable
alice 9                         | !alice>bob 1                              | processing_failed                            | -                                  // a command that could not be processed changes nothing
alice 9                         | alice>bob 1; !alice>bob 2; alice>bob 3    | posted; processing_failed; posted            | alice 5, bob 4                     // a bad command fails alone
-                               | !world>alice 1 @strict                    | processing_failed                            | -                                  // a bad command is not judged, whatever else it breaks
-                               | !world>alice 1; a: world>alice 1          | processing_failed; replay processing_failed  | -                                  // the failure is final within the batch
done a: world>alice 1           | !a: world>alice 1                         | replay posted                                | -                                  // what is stored was processed

Several ledgers and assets
alice known @strict             | world>alice 1; world>alice 2 @strict; world>alice 3 @other | posted; posted; posted      | alice 1, alice 2 @strict, alice 3 @other, world -1, world -2 @strict, world -3 @other // ledgers share a batch and nothing else
-                               | world>alice 9; alice>bob 9 @other; alice>bob 9 | posted; insufficient_funds alice 0/9; posted | alice 0, bob 9, world -9      // a rejection in one ledger leaves the other alone
-                               | world>alice 1; world>alice 2 USD/2; alice>bob 2 USD/2 | posted; posted; posted           | alice 0 USD/2, alice 1, bob 2 USD/2, world -1, world -2 USD/2 // an account has a balance for each asset
`;
