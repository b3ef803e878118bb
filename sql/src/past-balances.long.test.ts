import { testPastBalances } from '../test/past-balances.ts';

testPastBalances(1_000_000);
