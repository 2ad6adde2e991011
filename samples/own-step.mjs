// Runs a pipeline with a step of its own: node samples/own-step.mjs URL..
import { defineStep, runPipeline, skip, z } from 'sluice';

/** Passes on the URLs of one host, and skips the others. */
const onlyHost = defineStep({
  name: 'only-host',
  summary: 'Passes on the URLs of one host.',
  input: 'url',
  output: 'url',
  options: z.strictObject({ host: z.string().describe('The host name.') }),
  create: ({ host }) => ({
    concurrency: 1,
    process: (record) => (record.url.hostname === host ? record : skip('filtered')),
  }),
});

const { end, totals } = await runPipeline(
  {
    source: { urls: { list: process.argv.slice(2) } },
    steps: [{ 'only-host': { host: '127.0.0.1' } }, { fetch: { allowPrivate: true } }, 'links'],
    sink: { jsonl: { path: '-' } },
  },
  { stages: [onlyHost] },
);
console.error(`${end}: ${totals.read} read, ${totals.linked} linked, ${totals.skipped} skipped`);
