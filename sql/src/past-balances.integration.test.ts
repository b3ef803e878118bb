import { testPastBalances } from './past-balances.cases.ts';

testPastBalances(100_000);
