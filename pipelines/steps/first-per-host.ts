// A step for pipelines, used by ../own-step.yaml: `use: { path: steps/first-per-host.ts, options: { links: 2 } }`.
// `sluice` is the package that runs it; nothing needs to be installed beside this file.
import { defineStep, fieldColumn, z } from 'sluice';

/** The field of a link in which the step keeps its column. */
const FIELD = 'rank';

/** Keeps the first links of each page to each host, and numbers them. */
export default defineStep({
  name: 'first-per-host',
  summary: 'Keeps the first links of each page to each host.',

  // What it takes and gives: `url` before fetch, `page` behind it, `links` behind the step links.
  input: 'links',
  output: 'links',

  // Checked like the options of every other step; what is wrong is told with its line in the pipeline file.
  options: z.strictObject({
    links: z.int().positive().default(1).describe('Links of a page to keep for each host.'),
  }),

  // A column more, for the steps behind it and the outputs. A step that adds none leaves this out.
  columns: (_options, scope) => ({
    columns: scope.with(FIELD, fieldColumn(FIELD, 'int', "The link's place among those of its page to its host.")),
  }),

  // Called once for a run. What it keeps from record to record stands in here, never in the module.
  create: ({ links }) => ({
    concurrency: 1,
    // Records are never changed: the step gives a new one, with the links that stay. Throw a RecordError to fail a line.
    process: (record) => {
      const counts = new Map<string, number>();
      const kept = record.links.flatMap((link) => {
        const { host } = new URL(link.url);
        const rank = (counts.get(host) ?? 0) + 1;
        counts.set(host, rank);
        return rank > links ? [] : [{ ...link, fields: { ...link.fields, [FIELD]: rank } }];
      });
      return { ...record, links: kept };
    },
  }),
});
