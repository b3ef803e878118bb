import { testPlans } from './plans.cases.ts';

testPlans(100_000);
