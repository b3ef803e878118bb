// The same with fifteen times as many bulks: RAZAO_LONG is set in the long form.
import './valid-bulks.e2e.test.ts';
