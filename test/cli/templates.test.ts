import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { readDataOf, readTemplates, templateNames } from '../../src/cli/templates.ts';
import { pipelineJsonSchema } from '../../src/pipeline/schema.ts';
import { stageDefinitions } from '../../src/stages/registry.ts';
import { testJsonSchema } from '../../src/testing/document/test-schema.ts';
import { root } from '../helpers/files/samples.ts';
import { callSluice } from '../helpers/processes/command-line.ts';

const ajv = new Ajv2020({ strict: true, strictTuples: false, allowUnionTypes: true });
const isPipeline = ajv.compile(pipelineJsonSchema(stageDefinitions));
const isTest = ajv.compile(testJsonSchema());
const templates = await readTemplates();

/** The longest line of the list that stands within a usual window. */
const LIST_WIDTH = 125;

describe('templates', () => {
  it('are as many as there are pipelines in their folder, sorted by name', () => {
    const files = readdirSync(join(root, 'pipelines/templates')).filter((file) => file.endsWith('.test.yaml'));
    const names = files.map((file) => file.replace('.test.yaml', '')).sort();
    assert.deepEqual(templateNames(), names);
    assert.deepEqual(
      templates.map(({ name }) => name),
      names,
    );
  });

  it('pass their tests where they lie, and check with every warning', async () => {
    const tests = await callSluice(['test', 'pipelines/templates']);
    assert.deepEqual([tests.code, tests.stderr], [0, ''], tests.stdout);
    const files = templateNames().map((name) => `pipelines/templates/${name}.yaml`);
    const check = await callSluice(['check', '--strict', ...files]);
    assert.deepEqual([check.code, check.stderr], [0, '']);
  });

  for (const template of templates) {
    const { name, pipeline, test, summary } = template;
    it(`${name} names its schema and the one of its tests, which find nothing wrong`, () => {
      assert.equal(pipeline.split('\n')[0], '# yaml-language-server: $schema=../schema.json');
      assert.equal(test.split('\n')[0], '# yaml-language-server: $schema=../test-schema.json');
      assert.ok(isPipeline(parse(pipeline)), JSON.stringify(isPipeline.errors));
      assert.ok(isTest(parse(test)), JSON.stringify(isTest.errors));
    });

    it(`${name} is described by a sentence, and names the data that it needs`, async () => {
      assert.match(summary, /^[A-Z].*\.$/);
      assert.ok(`${name}  ${summary}`.length <= LIST_WIDTH, summary);
      const [{ path }] = Object.values<{ path?: string }>(parse(pipeline).source) as [{ path?: string }];
      const data = await readDataOf(template);
      assert.deepEqual(
        data.map((file) => file.name),
        path === undefined ? [] : [path],
      );
    });
  }
});
