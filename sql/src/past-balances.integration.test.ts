import { testPastBalances } from './past-balances.cases.ts';

testPastBalances(200_000);
