// The same properties, twenty times as many worlds: RAZAO_LONG is set in the long form.
import './apply-batch.property.test.ts';
