/** What binds a command to others: conditions, dependencies, atomic bulks and the scales of assets, in the language of `apply-batch.cases.ts`. */
export const GROUP_RULES = `
Conditions
alice 9                            | alice>bob 1 if 9                             | posted                                       | alice 8, bob 1 // a condition that just holds
alice 9                            | alice>bob 1 if 10                            | condition_failed alice 9/10                  | - // a condition that just does not
alice 9, open x: hold alice>carol 4 | alice>bob 1 if 6                             | condition_failed alice 5/6                   | - // a condition is about what is available
alice 1 overdraft 9                | alice>bob 1 if 2                             | condition_failed alice 1/2                   | - // an overdraft is not
alice 9                            | alice>bob 5 if 9 + alice>carol 4 if 9        | posted                                       | alice 0, bob 5, carol 4 // before the transaction itself has taken anything
alice 1                            | world>alice 9 + alice>bob 1 if 2             | condition_failed alice 1/2                   | - // and before it has brought anything
alice 1                            | world>alice 9; alice>bob 1 if 10             | posted; posted                               | alice 9, bob 1, world -9 // what the transaction before brought is there
alice 9                            | alice>bob 1 + carol>bob 1 if 1               | condition_failed carol 0/1                   | - // a condition is about the source of its own posting
alice 9, alice 1 USD/2             | alice>bob 1 USD/2 if 9                       | condition_failed alice 1/9 USD/2             | - // and about the asset of its own posting
alice 9                            | alice>bob 1 if 10 + alice>bob 1 if 11        | condition_failed alice 9/10                  | - // the first that fails is told
-                                  | world>alice 1 if 1                           | condition_failed world 0/1                   | - // the outside has conditions, too
alice 9                            | hold alice>bob 1 if 9; hold alice>bob 1 if 9 | pending; condition_failed alice 8/9          | alice 9 held 1, a pending 0/1 // a hold can have conditions
alice 9                            | alice>bob 10 if 10                           | condition_failed alice 9/10                  | - // conditions are judged before the limits
alice 9, carol frozen credit       | alice>bob 1 if 10 + alice>carol 1            | account_frozen carol                         | - // and after all accounts

Dependencies
alice 9                            | alice>bob 4; alice>bob 5 after a             | posted; posted                               | alice 0, bob 9 // what depends on a posted one is posted
alice 9                            | alice>bob 10; alice>bob 5 after a            | insufficient_funds alice 9/10; dependency_failed | - // what depends on a rejected one is rejected
alice 9                            | alice>bob 5 after z                          | dependency_failed                            | - // what depends on an unknown one is rejected
alice 9                            | alice>bob 5 after b; alice>bob 4             | dependency_failed; posted                    | alice 5, bob 4 // a later one is unknown
alice 9                            | a: alice>bob 5 after a                       | dependency_failed                            | - // itself, too
alice 9, done x: alice>bob 9 @other | alice>bob 5 after x                          | dependency_failed                            | - // and what is in another ledger
alice 9, done x: alice>bob 9       | alice>bob 9 after x                          | posted                                       | alice 0, bob 9 // the dependency may be of an earlier batch
alice 9, refused x: alice>bob 9    | alice>bob 9 after x                          | dependency_failed                            | - // and is heeded there, too
alice 9, open x: hold alice>bob 4  | alice>bob 5 after x                          | posted                                       | alice 4 held 4, bob 5 // a pending hold is fine
alice 9, released x: hold alice>bob 4, expired y: hold alice>bob 4 | alice>bob 4 after x; alice>bob 5 after y     | posted; posted                               | alice 0, bob 9 // a hold that was released or has expired as well
alice 9                            | alice>bob 10; alice>bob 4 after a; alice>bob 4 after b | insufficient_funds alice 9/10; dependency_failed; dependency_failed | - // whoever depends on a dependant falls with it
-                                  | dave>bob 1 after z                           | dependency_failed                            | - // a dependency is judged before anything else
alice 9, open x: hold alice>bob 9  | capture x after z; capture y after z; release x after z; expire x after z; revert x after z; hold alice>bob 9 after z | dependency_failed; dependency_failed; dependency_failed; dependency_failed; dependency_failed; dependency_failed | - // whatever the command is
-                                  | !world>alice 1 after z                       | processing_failed                            | - // but not where a command could not be processed
alice 9, done x: world>alice 9     | x: world>alice 9 after z                     | replay posted                                | - // a replay does not depend on anything
-                                  | !world>alice 1; world>alice 1 after a        | processing_failed; dependency_failed         | - // what could not be processed was rejected

Atomic bulks
-                                  | {world>alice 9; alice>bob 9; bob>carol 9}    | posted; posted; posted                       | alice 0, bob 0, carol 9, world -9 // members see what those before them did
alice 9                            | {alice>bob 4; alice>bob 6; alice>bob 5}; alice>bob 9 | dependency_failed; insufficient_funds alice 5/6; dependency_failed; posted | alice 0, bob 9 // when the middle one fails nothing has happened
alice 9                            | {alice>bob 10; alice>bob 5}                  | insufficient_funds alice 9/10; dependency_failed | - // when the first one fails
alice 9                            | {alice>bob 5; alice>bob 5}                   | dependency_failed; insufficient_funds alice 4/5 | - // when the last one fails
-                                  | {carol>bob 1; dave>bob 1}                    | insufficient_funds carol 0/1; dependency_failed | - // only the first cause keeps its code
alice 9                            | {alice>bob 5; alice>bob 5}; {alice>bob 5; alice>bob 4} | dependency_failed; insufficient_funds alice 4/5; posted; posted | alice 0, bob 9 // one bulk's failure is not another's
alice 9                            | {alice>bob 4}; {alice>bob 6}; {alice>bob 5}  | posted; insufficient_funds alice 5/6; posted | alice 0, bob 9 // a bulk of one is alone
alice 9                            | {hold alice>bob 9; capture a}                | pending; posted                              | alice 0, bob 9, a posted 9/9 // a hold and its capture in one bulk
alice 9                            | {hold alice>bob 9; capture a 4 keep; capture a 6}; capture a; alice>bob 9 | dependency_failed; dependency_failed; hold_amount_exceeded 5/6; hold_not_open; posted | alice 0, bob 9 // of a hold in a failed bulk nothing is left
alice 9, open x: hold alice>bob 9  | {capture x 4; alice>bob 6}; capture x        | dependency_failed; insufficient_funds alice 5/6; posted | alice 0, bob 9, x posted 9/9 // a hold is open again after a failed bulk
alice 9, open x: hold alice>bob 9  | {release x; bob>alice 1}; capture x          | dependency_failed; insufficient_funds bob 0/1; posted | alice 0, bob 9, x posted 9/9 // released or not
bob 9, done x: alice>bob 9         | {revert x 4; bob>carol 9}; revert x 9        | dependency_failed; insufficient_funds bob 5/9; posted | alice 9, bob 0, x reverted 9 // a revert in a failed bulk reverts nothing
alice 9                            | alice>bob 9; {revert a; capture a}; revert a | posted; dependency_failed; hold_not_open; posted | alice 9, bob 0, a reverted 9 // also where the batch itself brought the target
alice 9                            | {alice>bob 1; alice>bob 2 after a}           | posted; posted                               | alice 6, bob 3 // a member may depend on one before it
alice 9                            | {alice>bob 1 after b; alice>bob 2}           | dependency_failed; dependency_failed         | - // but not on one after it
-                                  | {world>alice 9; bob>carol 1}; world>alice 9 after a | dependency_failed; insufficient_funds bob 0/1; dependency_failed | - // what depends on a member falls with the bulk
alice max 9                        | {world>alice 9; alice>bob 9; world>alice 9; carol>bob 1} | dependency_failed; dependency_failed; dependency_failed; insufficient_funds carol 0/1 | - // a bulk fails as a whole, however much had been done
alice 9                            | {alice>bob 4; alice>bob 5}; {a: alice>bob 4; b: alice>bob 5} | posted; posted; replay posted; replay posted | alice 0, bob 9 // the same bulk twice is posted once
alice 9, done x: alice>bob 1       | {x: alice>bob 1; alice>bob 4; alice>bob 6}   | replay posted; dependency_failed; insufficient_funds alice 5/6 | - // members that exist keep their outcome
alice 9, refused x: alice>bob 1    | {x: alice>bob 1; alice>bob 4}                | replay insufficient_funds alice 0/1; posted  | alice 5, bob 4 // whatever it is
alice 9, done x: alice>bob 1       | {alice>bob 4; x: alice>bob 2; alice>bob 4}; alice>bob 9 | dependency_failed; conflict posted; dependency_failed; posted | alice 0, bob 9 // a conflict rejects the others
-                                  | {!world>alice 1; !world>alice 2}; world>alice 3 | processing_failed; processing_failed; posted | alice 3, world -3 // a bulk that could not be processed fails whole
-                                  | {carol>bob 1; !world>alice 2; world>alice 3} | processing_failed; processing_failed; processing_failed | - // whichever of its members could not, and whatever else is wrong
done x: alice>bob 1, alice 9       | {x: alice>bob 2; !alice>bob 4}               | conflict posted; processing_failed           | - // also beside a conflict
alice 9, done x: alice>bob 1       | {!x: alice>bob 1; alice>bob 4}               | replay posted; posted                        | alice 5, bob 4 // but a member that is stored was processed
alice 9                            | {alice>bob 9; alice>bob 1 @other}            | posted; insufficient_funds alice 0/1         | alice 0, bob 9 // a bulk is of one ledger

Asset scales
scale BRL/3                        | world>alice 1                                | asset_scale_mismatch                         | - // a ledger keeps a code with one scale
scale BRL/3                        | hold world>alice 1                           | asset_scale_mismatch                         | - // holds, too
scale BRL/2                        | world>alice 1                                | posted                                       | alice 1, world -1 // the same scale fits
scale BRL/02                       | world>alice 1                                | asset_scale_mismatch                         | - // which is as it is written
alice 9 BRL/3                      | alice>bob 1                                  | asset_scale_mismatch                         | - // the same code with another scale cannot be used
-                                  | world>alice 1 BRL/3; world>alice 1; world>alice 1 BRL/3 | posted; asset_scale_mismatch; posted         | alice 2 BRL/3, world -2 BRL/3 // the first posted fixes the scale
-                                  | alice>bob 1 BRL/3; world>alice 1             | insufficient_funds alice 0/1 BRL/3; posted   | alice 1, world -1 // a rejected one does not
-                                  | !world>bob 1 BRL/3; world>alice 1            | processing_failed; posted                    | alice 1, world -1 // nor what could not be processed
-                                  | hold world>alice 1 BRL/3; world>alice 1      | pending; asset_scale_mismatch                | world 0 BRL/3 held 1, a pending 0/1 // a pending hold fixes the scale
-                                  | hold world>alice 1 BRL/3; release a; world>alice 1 | pending; posted; asset_scale_mismatch        | world 0 BRL/3, a released 0/1 // and it stays fixed
-                                  | world>alice 1 + world>alice 1 BRL/3          | asset_scale_mismatch BRL/3                   | - // two scales in one transaction are one too many
-                                  | hold world>alice 1 BRL/3 + world>alice 1     | asset_scale_mismatch                         | - // also in a hold
-                                  | world>alice 1 USD/2 + world>alice 1 BRL/3    | posted                                       | alice 1 BRL/3, alice 1 USD/2, world -1 BRL/3, world -1 USD/2 // each code has its own scale
scale BRL/3 @other                 | world>alice 1                                | posted                                       | alice 1, world -1 // and each ledger
alice BRL/3 max 9                  | world>alice 1                                | posted                                       | alice 1, world -1 // a limit fixes no scale
-                                  | {world>alice 1 BRL/3; bob>carol 1 USD/2}; world>alice 1 | dependency_failed; insufficient_funds bob 0/1 USD/2; posted | alice 1, world -1 // nor does a failed bulk
-                                  | {world>alice 1 BRL/3; world>alice 1}         | dependency_failed; asset_scale_mismatch      | - // in a bulk the first member fixes it for the others
scale BRL/3, alice frozen both     | world>alice 1                                | asset_scale_mismatch                         | - // the scale is judged before the accounts of its posting
alice frozen credit, scale USD/3   | world>alice 1 + world>bob 1 USD/2            | account_frozen alice                         | - // but after the postings before it
alice MAX, scale USD/3             | world>alice 1 + world>bob 1 USD/2            | amount_overflow alice                        | - // overflows included

Which account is named
alice 9 frozen debit, bob frozen credit | alice>bob 1                                  | account_frozen alice                         | - // the source is judged before the destination
alice MAX frozen debit, bob MAX    | world>bob 1 + alice>bob 1                    | amount_overflow bob                          | - // and a posting before the next
`;
