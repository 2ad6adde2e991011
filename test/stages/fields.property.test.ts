import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { fieldColumn } from '../../src/core/columns/columns.ts';
import { type AnyRecord, type Fields, type Kind, releaseRecord } from '../../src/core/record.ts';
import type { StepDefinition } from '../../src/core/stage.ts';
import { sourceScope } from '../../src/pipeline/columns/record-columns.ts';
import { stageDefinitions } from '../../src/stages/registry.ts';
import { type Site, startSite } from '../helpers/network/site.ts';
import { linksRecord, pageRecord, stageContext, urlRecord } from '../helpers/pipelines/stages.ts';

/** Options with which a step passes a record on. A step that is new in the registry has to be given some here. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  normalize: {},
  dedupe: {},
  sample: { share: '100%' },
  limit: { records: 1 },
  fetch: { allowPrivate: true },
  links: {},
  where: { expression: 'true' },
  set: { columns: { made: '"by set"' } },
  rename: { columns: { source_url: 'given' } },
  drop: { columns: ['source_url'] },
  exec: {
    command: [process.execPath, '-e', 'process.stdin.pipe(process.stdout)'],
    columns: ['source_url'],
  },
};

let site: Site;
before(async () => {
  site = await startSite({ '/': '<a href="/x">x</a>' });
});
after(() => site?.close());

const value = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
const fields: fc.Arbitrary<Fields> = fc
  .dictionary(fc.string({ minLength: 1 }), fc.oneof(value, fc.constant(null)), { maxKeys: 5 })
  .map((values) => ({ ...values, 'input.category': 'kept', constructor: 'a column' }));

const steps = stageDefinitions.filter((definition) => definition.type === 'step');

test('every step has options here', () => {
  const missing = steps.filter(({ name, load }) => load === undefined && OPTIONS[name] === undefined);
  assert.deepEqual(
    missing.map(({ name }) => name),
    [],
  );
});

for (const definition of steps) {
  const kinds: readonly Kind[] = Array.isArray(definition.input) ? definition.input : [definition.input];
  for (const kind of definition.load === undefined ? kinds : []) {
    test(`what a record and its links have as fields survives ${definition.name} of ${kind}`, async () => {
      const isSlow = ['fetch', 'exec'].includes(definition.name);
      const property = fc.asyncProperty(fields, fields, async (ofRecord, ofLink) => {
        const given = recordOf(kind, ofRecord, ofLink);
        const result = await passed(definition, given);
        assertHas(result.fields, ofRecord);
        if (given.kind !== 'links') return;
        assert.ok(result.kind === 'links' && result.links.length === given.links.length);
        for (const link of result.links) assertHas(link.fields, ofLink);
      });
      await fc.assert(property, { numRuns: isSlow ? 5 : 50 });
    });
  }
}

function recordOf(kind: Kind, ofRecord: Fields, ofLink: Fields): AnyRecord {
  const url = { ...urlRecord(0), url: new URL(site.origin), fields: ofRecord };
  if (kind === 'url') return url;
  if (kind === 'page') return { ...pageRecord(url), fields: ofRecord };
  const record = linksRecord(url, 3);
  return { ...record, fields: ofRecord, links: record.links.map((link) => ({ ...link, fields: ofLink })) };
}

async function passed(definition: StepDefinition, record: AnyRecord): Promise<AnyRecord> {
  const options = definition.options.parse(OPTIONS[definition.name]);
  const scope = sourceScope(record.kind, true).with('input.category', fieldColumn('input.category', 'any', ''));
  const step = definition.create(options as never, { ...stageContext('/'), columns: scope });
  await step.open?.();
  try {
    const result = await step.process(record as never);
    assert.ok(result.kind !== 'skip' && result.kind !== 'abandon', 'it goes on');
    releaseRecord(result);
    return result;
  } finally {
    await step.close?.();
  }
}

function assertHas(found: Fields | undefined, expected: Fields): void {
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, found?.[name]])), { ...expected });
}
