import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './helpers/files/samples.ts';
import { runSluice } from './helpers/processes/cli.ts';

for (const folder of ['pipelines', 'pipelines/templates']) {
  test(`every pipeline in ${folder} has tests, and each test file has its pipeline`, () => {
    const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.yaml'));
    const tests = names.filter((name) => name.endsWith('.test.yaml'));
    const pipelines = names.filter((name) => !tests.includes(name));
    assert.ok(pipelines.length > 0);
    assert.deepEqual(
      pipelines.map((name) => name.replace('.yaml', '.test.yaml')),
      tests,
    );
  });

  test(`sluice test ${folder} passes, has a use for every answer, and leaves nothing behind`, async () => {
    const before = readdirSync(join(root, folder), { recursive: true });
    const { code, stdout, stderr } = await runSluice(['test', folder], { cwd: root });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, stdout);
    assert.ok(!stdout.includes('unused:'), stdout);
    assert.deepEqual(readdirSync(join(root, folder), { recursive: true }), before);
  });
}
