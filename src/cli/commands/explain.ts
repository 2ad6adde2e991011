import { Document, isMap, isNode } from 'yaml';
import { ConfigError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { StageDefinition } from '../../core/stage.ts';
import type { Pipeline, StageChoice } from '../../pipeline/build.ts';
import { KIND_WORDS } from '../../pipeline/checks/chain.ts';
import { effectiveDocument, effectiveOptions, stagesOf } from '../../pipeline/effective.ts';
import { loadPipeline } from '../../pipeline/load.ts';
import { maskSecrets } from '../../pipeline/secrets.ts';
import { tableColumns } from '../../pipeline/tables.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { valueFlag } from '../flags.ts';
import { readPipelineText } from '../pipeline-text.ts';
import { setFlag, setsOf } from '../run-flags.ts';

/** `sluice explain`: shows a pipeline as it would run. */
export const explainCommand: Command = {
  name: 'explain',
  summary: 'Shows a pipeline as it would run, every default filled in.',
  positional: { name: 'pipeline', description: 'Pipeline file.', isRequired: true, isList: false },
  flags: () => ({
    format: valueFlag(`${EXPLAIN_FORMATS.join(', ')}.`, { defaultDescription: 'text' }),
    set: setFlag,
  }),
  run: async ({ positionals, values, io, registry }) => {
    const format = EXPLAIN_FORMATS.find((name) => name === (values['format'] ?? 'text'));
    if (format === undefined) {
      throw new ConfigError(
        `--format: expected one of ${EXPLAIN_FORMATS.join(', ')}, got ${JSON.stringify(values['format'])}.`,
      );
    }
    const file = positionals[0] ?? '';
    const text = await readPipelineText(file, io);
    const pipeline = loadPipeline(text, { file, env: io.env, sets: setsOf(values, io.cwd) }, registry, tableColumns);
    io.stdout.write(explainPipeline(pipeline, format));
    return exitCodes.ok;
  },
};

/** The forms in which a pipeline can be explained. */
export const EXPLAIN_FORMATS = ['text', 'mermaid', 'json'] as const;

/** A form in which a pipeline can be explained. */
export type ExplainFormat = (typeof EXPLAIN_FORMATS)[number];

/**
 * Gives the pipeline as it would run. Secrets are masked: values of keys such as `Authorization`, passwords in URLs.
 *
 * `text` is a pipeline file with every default filled in and marked, what each stage takes and gives in comments;
 * `json` is the same as JSON; `mermaid` is a flow chart (https://mermaid.js.org/syntax/flowchart.html) that shows the
 * options that were given. Each ends with a line feed.
 */
export function explainPipeline(pipeline: Pipeline, format: ExplainFormat): string {
  if (format === 'json') return printableLines(JSON.stringify(effectiveDocument(pipeline), null, 2));
  return printableLines(format === 'mermaid' ? mermaidText(pipeline) : yamlText(pipeline));
}

/** The text with what could drive a terminal escaped, line by line. */
function printableLines(text: string): string {
  const lines = text.trimEnd().split('\n');
  return `${lines.map((line) => printable(line)).join('\n')}\n`;
}

function yamlText(pipeline: Pipeline): string {
  const document = new Document(effectiveDocument(pipeline));
  for (const { path, choice } of stagesOf(pipeline)) {
    const stage = document.getIn(path, true);
    if (isNode(stage)) stage.commentBefore = ` ${flowText(choice.definition)}`;
    for (const { name, isDefault } of effectiveOptions(choice)) {
      const option = document.getIn([...path, choice.definition.name, name], true);
      if (isDefault && isNode(option)) option.comment = ' default';
      if (isMap(option)) option.flow = option.items.length === 0;
    }
  }
  return document.toString({ lineWidth: 0 });
}

function flowText(definition: StageDefinition): string {
  if (definition.type === 'source') return `gives ${KIND_WORDS[definition.output]}`;
  if (definition.type === 'sink') return 'takes rows';
  return `takes ${KIND_WORDS[definition.input]}, gives ${KIND_WORDS[definition.output]}`;
}

function mermaidText(pipeline: Pipeline): string {
  const { source, steps, sink, failures, pages } = pipeline;
  const stages = [source, ...steps];
  const lines = ['flowchart LR', `  stage0(["${label(source)}"])`];
  for (const [index, step] of steps.entries()) {
    lines.push(`  stage${index + 1}["${label(step)}"]`);
    lines.push(`  stage${index} -->|${KIND_WORDS[stages[index]?.definition.output ?? 'url']}| stage${index + 1}`);
  }
  lines.push(`  sink[("${label(sink)}")]`, `  stage${steps.length} -->|links| sink`);
  if (failures !== undefined)
    lines.push(`  failures[("${label(failures)}")]`, '  stage0 -.->|lines that fail| failures');
  if (pages !== undefined) lines.push(`  pages[("${label(pages)}")]`, `  stage${steps.length} -.->|pages| pages`);
  return lines.join('\n');
}

function label({ definition, given }: StageChoice): string {
  const options = Object.entries(given).map(([name, value]) => {
    const shown = maskSecrets(value, name);
    return `${name}: ${typeof shown === 'string' ? shown : JSON.stringify(shown)}`;
  });
  return [definition.name, ...options].map((line) => escapeLabel(printable(line, 100))).join('<br>');
}

/** Mermaid's labels are quoted texts with HTML in them; characters are escaped by their number. */
function escapeLabel(text: string): string {
  return text.replaceAll(/["#<>&`]/g, (character) => `#${character.charCodeAt(0)};`);
}
