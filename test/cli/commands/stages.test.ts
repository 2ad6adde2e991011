import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { stagesText } from '../../../src/cli/commands/stages.ts';
import { ConfigError } from '../../../src/core/errors.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { definitions } from '../../helpers/pipelines/definitions.ts';

test('the list has every stage with its summary, by type', () => {
  const text = stagesText(definitions);
  assert.match(text, /^Sources\n {2}lines {3}Reads one URL a line\.\n/);
  assert.match(text, /\n\nSteps\n {2}dedupe {2}Skips URLs seen before\.\n/);
  assert.match(text, /\n\nSinks\n {2}tsv {5}Writes tab-separated values\.\n/);
});

test('a stage is shown in full: what it takes and gives, its options, an example', () => {
  assert.equal(
    stagesText(definitions, 'links'),
    `links (step)
Finds the links of each page.
Takes pages, gives links.

Options
  select  one of hrefs, anchors, all or list, default hrefs
          Which attributes count.

Example
  source:
    lines: { path: urls.txt }
  steps:
    - fetch
    - links: { select: [a@href, link@href] }
`,
  );
});

test('an example is a pipeline as people write it, and can be run as it is printed', () => {
  const [definition] = definitions;
  assert.ok(definition !== undefined);
  const path = `${'long-'.repeat(14)}name.txt`;
  const steps = ['dedupe', { fetch: { headers: { Accept: 'a, [b]' }, retries: 1 } }];
  const example = { source: { lines: { path } }, steps, sink: { tsv: { path, columns: ['a', 'b'] } } };
  const text = stagesText([{ ...definition, example }], definition.name).split('\nExample\n')[1] ?? '';
  assert.deepEqual(parse(text), example);
  assert.equal(
    text,
    `  source:
    lines:
      path: ${path}
  steps:
    - dedupe
    - fetch:
        headers: { Accept: "a, [b]" }
        retries: 1
  sink:
    tsv:
      path: ${path}
      columns: [a, b]
`,
  );
});

test('a sink is shown with the file names that choose it', () => {
  assert.match(stagesText(definitions, 'jsonl'), /\nTakes rows\. File names: \.jsonl, \.ndjson\n/);
  assert.match(stagesText(definitions, 'jsonl'), /\n {2}path {5}string, required\n/);
});

test('a sink is shown with the columns that its rows can have', () => {
  const text = stagesText(definitions, 'tsv');
  assert.match(text, /\nColumns of links\n {2}source_url +The input line as given, trimmed\.\n/);
  assert.match(text, /\n {2}line +The line of the input, counted from 1\.\n\nColumns of failures\n/);
  assert.match(text, /\nColumns of pages\n/);
});

test('what else is to be said of a stage stands below its options', () => {
  const rows = [
    ['long', `${'word '.repeat(20)}end`],
    ['a', 'b'],
  ] as const;
  const noted = definitions.map((definition) => ({ ...definition, notes: [{ heading: 'Of note', rows }] }));
  const words = 'word word word word word word word word word word word word word word';
  assert.ok(
    stagesText(noted, 'links').includes(
      `count.\n\nOf note\n  long  ${words}\n        word word word word word word end\n  a     b\n\nExample\n`,
    ),
    stagesText(noted, 'links'),
  );
});

test('a name that no stage has is an error with the nearest one', () => {
  assert.throws(
    () => stagesText(definitions, 'fetsch'),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.problems, ['unknown stage "fetsch"; did you mean "fetch"?']);
      return true;
    },
  );
});

for (const [set, registry] of [
  ['', stageDefinitions],
  ['test ', definitions],
] as const) {
  test(`no line of the ${set}reference is longer than 80 characters`, () => {
    const texts = [stagesText(registry), ...registry.map(({ name }) => stagesText(registry, name))];
    for (const line of texts.join('\n').split('\n')) assert.ok(line.length <= 80, line);
  });
}
