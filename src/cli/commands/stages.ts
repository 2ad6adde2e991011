import { Document, isPair, isScalar, isSeq, stringify, visit } from 'yaml';
import { ConfigError } from '../../core/errors.ts';
import type { StageNote } from '../../core/stage/stage-note.ts';
import type { StageDefinition } from '../../core/stage.ts';
import { kindWords } from '../../pipeline/checks/chain.ts';
import { unknownName } from '../../pipeline/checks/problems.ts';
import { columnsOf } from '../../pipeline/columns/output-columns.ts';
import { columnsOfKind } from '../../pipeline/columns/record-columns.ts';
import { describeOptions, type OptionDescription } from '../../pipeline/options.ts';
import type { CommandCode } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

/** `sluice stages`: prints the reference of the stages. */
export const stagesCommand: CommandCode = {
  flags: () => ({}),
  run: ({ positionals, io, registry }) => {
    io.stdout.write(stagesText(registry, positionals[0]));
    return exitCodes.ok;
  },
};

const LINE_WIDTH = 80;
const INDENT = '  ';
/** Characters of the longest map of an example that stands within a line, behind its name. */
const INLINE_WIDTH = 60;

/** What an output's rows are, by the key that it stands under. */
const COLUMN_HEADINGS = [
  ['sink', 'Columns of links'],
  ['failures', 'Columns of failures'],
  ['pages', 'Columns of pages'],
] as const;

/** The order of the list, each type with its heading. */
const HEADINGS = { source: 'Sources', step: 'Steps', sink: 'Sinks' } as const;

/**
 * Gives the reference of the stages: the list by type, or every stage of that name in full. Ends with a line feed.
 *
 * Errors: ConfigError for a name that no stage has, with the nearest that one has.
 */
export function stagesText(registry: readonly StageDefinition[], name?: string): string {
  if (name === undefined) return listText(registry);
  const stages = registry.filter((definition) => definition.name === name);
  const names = [...new Set(registry.map((definition) => definition.name))];
  if (stages.length === 0) throw new ConfigError(`${unknownName('stage', name, names)}`);
  return stages.map(stageText).join('\n');
}

function listText(registry: readonly StageDefinition[]): string {
  const nameWidth = Math.max(0, ...registry.map((definition) => definition.name.length));
  const groups = Object.entries(HEADINGS).map(([type, heading]) => {
    const stages = registry.filter((definition) => definition.type === type);
    const lines = stages.flatMap(({ name, summary }) => hanging(`  ${name.padEnd(nameWidth)}  `, summary));
    return `${[heading, ...lines].join('\n')}\n`;
  });
  return groups.join('\n');
}

function stageText(definition: StageDefinition): string {
  const options = describeOptions(definition.options);
  const heading = [`${definition.name} (${definition.type})`, ...hanging('', definition.summary), flowText(definition)];
  const optionLines = options.length === 0 ? ['No options.'] : ['Options', ...optionsText(options)];
  const notes = [...(definition.notes ?? []), ...columnNotes(definition)];
  const noteLines = notes.flatMap((note) => ['', ...noteText(note)]);
  const { example } = definition;
  const exampleText =
    example === undefined ? [] : ['', 'Example', ...exampleLines(example).map((line) => INDENT + line)];
  return [...heading, '', ...optionLines, ...noteLines, ...exampleText, ''].join('\n');
}

function flowText(definition: StageDefinition): string {
  if (definition.type === 'source') return `Gives ${kindWords(definition.output)}.`;
  if (definition.type === 'step') return `Takes ${kindWords(definition.input)}, gives ${kindWords(definition.output)}.`;
  const extensions = definition.extensions.map((extension) => `.${extension}`).join(', ');
  return extensions === '' ? 'Takes rows.' : `Takes rows. File names: ${extensions}`;
}

function optionsText(options: readonly OptionDescription[]): readonly string[] {
  const nameWidth = Math.max(...options.map((option) => option.name.length));
  const indent = `  ${''.padEnd(nameWidth)}  `;
  return options.flatMap(({ name, type, default: defaultValue, isRequired, description }) => {
    const fallback = defaultValue === undefined ? '' : `, default ${inlineYaml(defaultValue)}`;
    const first = hanging(`  ${name.padEnd(nameWidth)}  `, `${type}${isRequired ? ', required' : fallback}`);
    return description === '' ? first : [...first, ...hanging(indent, description)];
  });
}

function noteText({ heading, rows }: StageNote): readonly string[] {
  const termWidth = Math.max(...rows.map(([term]) => term.length));
  return [heading, ...rows.flatMap(([term, text]) => hanging(`  ${term.padEnd(termWidth)}  `, text))];
}

/** The columns that a stage can name: a sink of its rows, by what they are rows of, a step of its records. */
function columnNotes(definition: StageDefinition): readonly StageNote[] {
  if (definition.type === 'source') return [];
  if (definition.type === 'step') {
    if (definition.columns === undefined) return [];
    const kinds = typeof definition.input === 'string' ? [definition.input] : definition.input;
    return kinds.map((kind) => ({
      heading: `Columns of ${kindWords(kind)}`,
      rows: Object.entries(columnsOfKind(kind)).map(([name, { summary }]) => [name, summary]),
    }));
  }
  return COLUMN_HEADINGS.map(([role, heading]) => ({
    heading,
    rows: columnsOf(role).map(({ name, summary }) => [name, summary]),
  }));
}

/** Lines of a pipeline as people write it: maps of plain values within a line where they fit. */
function exampleLines(example: Readonly<Record<string, unknown>>): readonly string[] {
  const document = new Document(example);
  visit(document, {
    Map: (_key, map, path) => {
      const isInner = path.some(isPair) && map.items.every(({ value }) => isPlain(value));
      if (isInner && inlineYaml(map.toJSON()).length <= INLINE_WIDTH) map.flow = true;
    },
    Seq: (_key, list, path) => {
      list.flow = path.filter(isPair).length > 1 && isPlain(list);
    },
  });
  const lines = document.toString({ lineWidth: 0 }).trimEnd().split('\n');
  // The library pads both kinds of brackets, or none.
  return lines.map((line) => line.replaceAll(/(?<=\[) | (?=\])/g, ''));
}

/** A value, or a list of values. */
function isPlain(node: unknown): boolean {
  return isScalar(node) || (isSeq(node) && node.items.every(isScalar));
}

function inlineYaml(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
}

/** The text in lines of at most 80 characters, below each other after the first one's head. */
function hanging(head: string, text: string): readonly string[] {
  const lines: string[] = [];
  let line = head;
  for (const word of text.split(/\s+/)) {
    const isFirst = line.length === head.length;
    if (!isFirst && line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = `${''.padEnd(head.length)}${word}`;
    } else {
      line += isFirst ? word : ` ${word}`;
    }
  }
  return [...lines, line];
}
