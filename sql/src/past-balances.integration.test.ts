import { testPastBalances } from '../test/past-balances.ts';

testPastBalances(200_000);
