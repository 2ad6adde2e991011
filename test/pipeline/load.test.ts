import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examineWholeFile } from '../../src/pipeline/load.ts';
import { definitions } from '../helpers/pipelines/definitions.ts';

test('a file is read once, whatever stages it names', async () => {
  let reads = 0;
  const env = {
    get LIST() {
      reads += 1;
      return 'urls.txt';
    },
  };
  const text = 'source: { lines: { path: "${LIST}" } }\nsteps: [fetch, links]';
  const { pipeline, problems } = await examineWholeFile(text, { file: 'a.yaml', env, sets: [] }, definitions);
  assert.deepEqual(problems, []);
  assert.equal(pipeline?.source.options['path'], 'urls.txt');
  assert.equal(reads, 1);
});
