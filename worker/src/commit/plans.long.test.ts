import { testPlans } from './plans.cases.ts';

testPlans(1_000_000);
