import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nullSink } from '../../../src/stages/sinks/null.ts';
import { stageContext } from '../../helpers/pipelines/stages.ts';

test('takes rows without waiting, marks, closes and can be given up', async () => {
  const request = { columns: ['a'], types: ['string' as const] };
  const writer = await nullSink.create({}, request, stageContext('/'));
  assert.equal(writer.write([['x']]), undefined);
  assert.deepEqual(await writer.mark(), { length: 0, tail: '' });
  await nullSink.verify?.({}, { length: 0, tail: '' }, stageContext('/'), request);
  await writer.flush();
  await writer.close();
  await writer.abort();
});
