import { z } from 'zod';
import type { OptionProblem } from '../../core/columns/column-plan.ts';
import { columnTexts } from '../../core/columns/column-texts.ts';
import { type ColumnScope, fieldColumn } from '../../core/columns/columns.ts';
import type { AnyRecord, Link, Value } from '../../core/record.ts';
import { defineStep } from '../../core/stage.ts';
import {
  type CheckedExpression,
  type ColumnExpression,
  checkedExpression,
  functionsNote,
} from '../../expressions/column-expression.ts';

/** A name that an expression can use, too. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The step `set`: adds columns, or gives present ones another value, by expressions.
 *
 * Each may use the columns there are and those set above it. On URLs and pages a value is the record's, on links each link's.
 */
export const setStep = defineStep({
  name: 'set',
  summary: 'Adds columns, or gives those that are there another value, by expressions over the columns.',
  example: {
    source: { lines: { path: 'urls.txt' } },
    steps: [
      'fetch',
      'links',
      { set: { columns: { target: 'host(parsed_url)', section: 'path(parsed_url).split("/")[1]' } } },
    ],
    sink: { csv: { path: 'links.csv', columns: ['parsed_url', 'target', 'section'] } },
  },
  input: ['url', 'page', 'links'],
  output: 'same',
  isPure: true,
  workers: () => undefined,
  options: z.strictObject({
    columns: columnTexts()
      .meta({ examples: [{ target: 'host(parsed_url)' }] })
      .describe('The name of each column and its expression in CEL, which may use the columns set before it.'),
  }),
  notes: [functionsNote],
  columns: ({ columns }, scope) => {
    const { after, settings, problems } = planColumns(columns, scope);
    return { columns: after, reads: settings.flatMap(({ expression }) => expression.reads), problems };
  },
  create: ({ columns }, { columns: scope }) => {
    const { settings } = planColumns(columns, scope);
    return {
      concurrency: 1,
      process: (record) => {
        if (record.kind === 'links') {
          return { ...record, links: record.links.map((link) => linkWith(settings, record, link)) };
        }
        return recordWith(settings, record);
      },
    };
  },
});

/** A column to be set, and where its value is kept. */
interface Setting {
  readonly field: string;
  readonly expression: ColumnExpression;
}

interface SetPlan {
  readonly after: ColumnScope;
  readonly settings: readonly Setting[];
  readonly problems: readonly OptionProblem[];
}

function planColumns(columns: Readonly<Record<string, string>>, scope: ColumnScope): SetPlan {
  let after = scope;
  const settings: Setting[] = [];
  const problems: OptionProblem[] = [];
  for (const [name, text] of Object.entries(columns)) {
    const { expression, problem } = checkedSetting(name, text, after);
    const field = after.freeField(name);
    if (expression === undefined) {
      problems.push(problem);
      // What uses it is not wrong for that.
      after = after.with(name, fieldColumn(field, 'any', ''));
      continue;
    }
    settings.push({ field, expression });
    after = after.with(name, fieldColumn(field, expression.type, `Set to ${text}.`));
  }
  return { after, settings, problems };
}

function checkedSetting(name: string, text: string, scope: ColumnScope): CheckedExpression {
  const path = ['columns', name];
  if (NAME.test(name)) return checkedExpression(text, scope, path);
  return { problem: { path, message: 'expected a name of letters, digits and _, which expressions can use, too' } };
}

/** The record with the fields that are set. Each is seen by the expressions after it. */
function recordWith<Given extends AnyRecord>(settings: readonly Setting[], record: Given): Given {
  const fields: Record<string, Value> = { ...record.fields };
  const changed = { ...record, fields };
  for (const { field, expression } of settings) fields[field] = expression.evaluate(changed);
  return changed;
}

function linkWith(settings: readonly Setting[], record: AnyRecord, link: Link): Link {
  const fields: Record<string, Value> = { ...link.fields };
  const changed = { ...link, fields };
  for (const { field, expression } of settings) fields[field] = expression.evaluate(record, changed);
  return changed;
}
