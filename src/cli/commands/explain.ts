import { Document, isCollection, isMap, isNode } from 'yaml';
import { ConfigError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { StageDefinition } from '../../core/stage.ts';
import type { Pipeline, StageChoice } from '../../pipeline/build.ts';
import { kindAfter, kindWords } from '../../pipeline/checks/chain.ts';
import { pathText } from '../../pipeline/checks/problems.ts';
import type { Origin, PipelineDocument } from '../../pipeline/document/pipeline-document.ts';
import { effectiveDocument, effectiveOptions, stageOptions, stagesOf } from '../../pipeline/effective.ts';
import type { CommandCode } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { valueFlag } from '../flags/flags.ts';
import { setFlag } from '../flags/run-flags.ts';
import { loadFile } from '../pipeline-file.ts';
import { tellWarnings } from '../report/warnings.ts';

/** `sluice explain`: shows a pipeline as it would run. */
export const explainCommand: CommandCode = {
  flags: () => ({
    format: valueFlag(`${EXPLAIN_FORMATS.join(', ')}.`, { defaultDescription: 'text', candidates: EXPLAIN_FORMATS }),
    set: setFlag,
  }),
  run: async ({ positionals, values, io, registry }) => {
    const format = EXPLAIN_FORMATS.find((name) => name === (values['format'] ?? 'text'));
    if (format === undefined) {
      throw new ConfigError(
        `--format: expected one of ${EXPLAIN_FORMATS.join(', ')}, got ${JSON.stringify(values['format'])}.`,
      );
    }
    const { pipeline, document, warnings } = await loadFile(positionals[0] ?? '', { values, io, registry });
    tellWarnings(warnings, false, io);
    io.stdout.write(explainPipeline(pipeline, document, format));
    return exitCodes.ok;
  },
};

/** The forms in which a pipeline can be explained. */
const EXPLAIN_FORMATS = ['text', 'mermaid', 'json'] as const;

/** A form in which a pipeline can be explained. */
export type ExplainFormat = (typeof EXPLAIN_FORMATS)[number];

/**
 * Gives the pipeline as it would run. Secrets are masked: values of keys such as `Authorization`, passwords in URLs, what
 * came from an environment variable with such a name.
 *
 * `text` is a pipeline file with every default filled in; comments tell what each stage takes and gives, and of each
 * option that is no default where it came from. `json` is that pipeline and the list of its options with their origins.
 * `mermaid` is a flow chart (https://mermaid.js.org/syntax/flowchart.html) that shows the options that are no defaults.
 * Each ends with a line feed.
 */
export function explainPipeline(pipeline: Pipeline, document: PipelineDocument, format: ExplainFormat): string {
  if (format === 'json') return printableLines(JSON.stringify(jsonOf(pipeline, document), null, 2));
  return printableLines(format === 'mermaid' ? mermaidText(pipeline, document) : yamlText(pipeline, document));
}

function jsonOf(pipeline: Pipeline, document: PipelineDocument): unknown {
  const options = effectiveOptions(pipeline, document).map(({ path, value, origin }) => ({
    path: pathText(path),
    value,
    from: origin === undefined ? 'default' : ORIGIN_WORDS[origin.kind],
    ...(origin === undefined ? {} : { place: origin.place }),
    ...(origin === undefined || origin.variables.length === 0 ? {} : { variables: origin.variables }),
  }));
  return { pipeline: effectiveDocument(pipeline, document), options };
}

const ORIGIN_WORDS = { file: 'file', environment: 'environment', set: '--set', flag: 'flag' } as const;

/** The text with what could drive a terminal escaped, line by line. */
function printableLines(text: string): string {
  const lines = text.trimEnd().split('\n');
  return `${lines.map((line) => printable(line)).join('\n')}\n`;
}

function yamlText(pipeline: Pipeline, document: PipelineDocument): string {
  const yaml = new Document(effectiveDocument(pipeline, document));
  for (const { path, choice } of stagesOf(pipeline)) {
    const stage = yaml.getIn(path, true);
    if (isNode(stage)) stage.commentBefore = ` ${flowText(choice.definition)}`;
  }
  for (const { path, origin } of effectiveOptions(pipeline, document)) {
    const option = yaml.getIn(path, true);
    if (isMap(option)) option.flow = option.items.length === 0;
    if (origin === undefined || !isNode(option)) continue;
    const comment = ` ${originText(origin)}`;
    // Behind a list or a map that takes several lines, it would stand too far away.
    if (isCollection(option) && option.flow !== true) option.commentBefore = comment;
    else option.comment = comment;
  }
  return yaml.toString({ lineWidth: 0 });
}

/** `line 4`, `line 4, ${TIMEOUT}`, `SLUICE_TIMEOUT`, `--limit`, `--set`. */
function originText({ kind, place, position, variables }: Origin): string {
  if (kind === 'set') return '--set';
  const where = position === undefined ? place : `line ${position.line}`;
  return [where, ...variables.map((name) => `\${${name}}`)].join(', ');
}

function flowText(definition: StageDefinition): string {
  if (definition.type === 'source') return `gives ${kindWords(definition.output)}`;
  if (definition.type === 'sink') return 'takes rows';
  return `takes ${kindWords(definition.input)}, gives ${kindWords(definition.output)}`;
}

function mermaidText(pipeline: Pipeline, document: PipelineDocument): string {
  const { source, steps, sinks, failures, pages } = pipeline;
  const label = (choice: StageChoice) => labelText(choice, document);
  const stages = [source, ...steps];
  const lines = ['flowchart LR', `  stage0(["${label(source)}"])`];
  for (const [index, step] of steps.entries()) {
    const kind = kindAfter(stages.slice(0, index + 1).map(({ definition }) => definition));
    lines.push(`  stage${index + 1}["${label(step)}"]`);
    lines.push(`  stage${index} -->|${kindWords(kind)}| stage${index + 1}`);
  }
  for (const [index, sink] of sinks.entries()) {
    lines.push(`  sink${index}[("${label(sink)}")]`, `  stage${steps.length} -->|links| sink${index}`);
  }
  if (failures !== undefined)
    lines.push(`  failures[("${label(failures)}")]`, '  stage0 -.->|lines that fail| failures');
  if (pages !== undefined) lines.push(`  pages[("${label(pages)}")]`, `  stage${steps.length} -.->|pages| pages`);
  return lines.join('\n');
}

/** The stage's name, and the options that were given. */
function labelText(choice: StageChoice, document: PipelineDocument): string {
  const lines = stageOptions(choice, document)
    .filter(({ path }) => choice.given[String(path.at(-1))] !== undefined)
    .map(({ path, value }) => `${String(path.at(-1))}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [choice.definition.name, ...lines].map((line) => escapeLabel(printable(line, 100))).join('<br>');
}

/** Mermaid's labels are quoted texts with HTML in them; characters are escaped by their number. */
function escapeLabel(text: string): string {
  return text.replaceAll(/["#<>&`\\]/g, (character) => `#${character.charCodeAt(0)};`);
}
