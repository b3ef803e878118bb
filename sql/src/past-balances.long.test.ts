import { testPastBalances } from './past-balances.cases.ts';

testPastBalances(1_000_000);
