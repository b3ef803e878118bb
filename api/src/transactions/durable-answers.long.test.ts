// The same stalls, twelve times as many: RAZAO_LONG is set in the long form.
import './durable-answers.integration.test.ts';
