import { z } from 'zod';
import { duration } from '../../core/units.ts';

/** What may go wrong in the place of an answer, or in it. */
const failureNames = [
  'refused',
  'dns',
  'tls',
  'connect-timeout',
  'timeout',
  'reset',
  'protocol',
  'truncated',
  'stalled',
] as const;

/** The name of a failure in the place of an answer. */
export type FailureName = (typeof failureNames)[number];

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A row: the values of the columns that it names, or those of all columns in their order. */
const row = z.union([z.record(z.string(), scalar), z.array(scalar)]);

/** A request: its `url`, and header fields by their names. */
const request = z.record(z.string(), z.union([z.string(), z.null()]));

/** The keys of an answer. */
export const answerKeys = z
  .strictObject({
    status: z.int().min(200).max(599).default(200).describe('The HTTP status.'),
    headers: z
      .record(z.string(), z.union([z.string(), z.array(z.string())]))
      .default({})
      .describe('Header fields. Where there is a body, its Content-Type is text/html; charset=utf-8 unless given.'),
    body: z.string().optional().describe('The body, as text.'),
    file: z.string().min(1).optional().describe("A file that holds the body; its path starts from this file's folder."),
    delay: duration().prefault(0).describe('How long the header lets itself be waited for. No time passes in truth.'),
    failure: z
      .enum(failureNames)
      .optional()
      .describe(
        'What happens instead: no connection (refused, dns, tls, connect-timeout), no answer (timeout, reset, protocol), or a body that breaks off (truncated) or never ends (stalled).',
      ),
  })
  .superRefine(({ body, file }, { addIssue }) => {
    if (body !== undefined && file !== undefined) {
      addIssue({ code: 'custom', path: ['file'], message: 'is given beside body: an answer has one of the two' });
    }
  });

/** An answer as it is written. */
export type AnswerKeys = z.output<typeof answerKeys>;

/** The totals of a run that may be expected. */
const summaryKeys = z.strictObject({
  read: z.int().optional(),
  linked: z.int().optional(),
  empty: z.int().optional(),
  failed: z.int().optional(),
  skipped: z.int().optional(),
  rows: z.int().optional(),
  bytes: z.int().optional(),
  failedByCode: z.record(z.string(), z.int()).optional(),
  skippedByReason: z.record(z.string(), z.int()).optional(),
  complete: z.boolean().optional(),
});

/** The keys of what is expected of a case. */
export const expectedKeys = z.strictObject({
  rows: z
    .array(row)
    .optional()
    .describe('All rows, in the order of the input. Columns that a row does not name are not looked at.'),
  unordered: z.boolean().default(false).describe('Whether rows may come in any order.'),
  contains: z.array(row).min(1).optional().describe('Rows that must be there, among others.'),
  failures: z
    .array(row)
    .optional()
    .describe('All failures, in the order of the input; columns as in the failures output.'),
  pages: z.array(row).optional().describe('All pages, in the order of the input; columns as in the pages output.'),
  requests: z
    .array(request)
    .optional()
    .describe(
      'All requests, in the order in which they were made: url, and those of the header fields that are named; null for one that is not sent.',
    ),
  summary: summaryKeys.optional().describe('Totals, as in the summary; those that are not named are not looked at.'),
  exitCode: z.int().min(0).max(255).optional().describe('What `sluice run` would end with.'),
});

/** What is expected of a case. */
export type Expected = z.output<typeof expectedKeys>;

/** A row as it is expected. */
export type ExpectedRow = z.output<typeof row>;

/** The time at which cases begin that name none. */
const DEFAULT_NOW = '2000-01-01T00:00:00Z';

/** The keys of a case. `answers` and `expected` have keys of their own. */
export const caseKeys = z.strictObject({
  name: z.string().min(1).describe('What holds: a sentence.'),
  input: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe("The lines of the input, in the place of the source's files; of a table, its header too."),
  answers: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'What is answered, by URL; * in a URL stands for anything. A text is the body of a 200; of a list, each request for a URL gets the next one, and the last one stays.',
    ),
  env: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Environment variables. Those of the process are not seen.'),
  set: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Options that are different in this case, as for --set: steps.fetch.retries: 0.'),
  now: z
    .string()
    .refine((text) => !Number.isNaN(Date.parse(text)), { error: 'expected a time such as 2026-01-31T12:00:00Z' })
    .default(DEFAULT_NOW)
    .describe('The time at which it begins. It passes only where something is waited for.'),
  expected: z.unknown().optional().describe('What comes of it. What is not named is not looked at.'),
});

/** The keys of a test file. */
export const testFileKeys = z.strictObject({
  pipeline: z
    .string()
    .min(1)
    .optional()
    .describe("The pipeline file; its path starts from this file's folder. Left out: links.yaml for links.test.yaml."),
  cases: z.array(z.unknown()).min(1).describe('The cases, each of which is a run of its own.'),
});
