import { VERSION } from '../../core/version.ts';
import { exitStatus } from '../exit-codes.ts';
import type { CommandDescription, FlagDescription } from './describe-commands.ts';
import { environment } from './environment.ts';

const SUMMARY = 'fetch lists of URLs and write the links of their pages as rows';
const DESCRIPTION = [
  'sluice reads URLs, one a line, fetches the pages concurrently, finds the links in the HTML while it streams in, and writes them as rows: tab-separated values, comma-separated values or JSON lines. It works as a filter, from standard input to standard output, and from pipeline files.',
  'Every line of the input ends in exactly one outcome: linked, empty, failed or skipped. The summary on standard error adds them up. Only rows are written to standard output.',
  'A command that is left out is links.',
];

/** Columns that a line of text may have in the source of a manual page. */
const LINE_WIDTH = 80;

/**
 * Gives the manual page sluice(1), written with the macros of man(7). The first command is the one that runs when none
 * is named. `date` is that of the page, as 2026-11-22.
 */
export function manPage(commands: readonly CommandDescription[], date: string): string {
  return [
    `.TH SLUICE 1 ${date} "sluice ${VERSION}" "User Commands"`,
    ...section('NAME'),
    `sluice \\- ${escaped(SUMMARY)}`,
    ...section('SYNOPSIS'),
    ...betweenParagraphs(commands.map((command, index) => [synopsis(command, index === 0)])),
    ...section('DESCRIPTION'),
    ...betweenParagraphs(DESCRIPTION.map(text)),
    ...section('COMMANDS'),
    ...commands.flatMap(commandText),
    ...section('EXIT STATUS'),
    ...exitStatus.flatMap(([codes, text]) => entry(bold(codes), text)),
    ...section('ENVIRONMENT'),
    ...environment.flatMap(([name, text]) => entry(bold(name), text)),
    ...section('EXAMPLES'),
    ...commands.flatMap(({ examples }) => examples).flatMap(exampleText),
    ...section('SEE ALSO'),
    `${bold('sluice stages')} lists what can stand in a pipeline file,`,
    `${bold('sluice stages NAME')} says all about one.`,
    '',
  ].join('\n');
}

function section(heading: string): readonly string[] {
  return [`.SH ${heading}`];
}

function betweenParagraphs(paragraphs: readonly (readonly string[])[]): readonly string[] {
  return paragraphs.flatMap((lines, index) => (index === 0 ? lines : ['.PP', ...lines]));
}

function synopsis({ name, usage }: CommandDescription, isDefault: boolean): string {
  const call = isDefault ? `[${bold(name)}]` : bold(name);
  return [bold('sluice'), call, '[flags]', escaped(usage)].filter((part) => part !== '').join(' ');
}

function commandText({ name, usage, summary, flags }: CommandDescription): readonly string[] {
  const headings = [...new Set(flags.map(({ group }) => group))];
  const texts = headings.flatMap((heading) => [
    '.PP',
    `${escaped(heading ?? 'Flags')}:`,
    ...flags.filter(({ group }) => group === heading).flatMap((flag) => entry(flagHead(flag), flagText(flag))),
  ]);
  return [`.SS sluice ${escaped(`${name} ${usage}`.trimEnd())}`, ...text(summary), ...texts];
}

function flagHead({ spellings, hasValue }: FlagDescription): string {
  const value = hasValue ? ' \\fIvalue\\fR' : '';
  return spellings.map((spelling) => `${bold(spelling)}${value}`).join(', ');
}

function flagText({ description, default: defaultValue }: FlagDescription): string {
  return defaultValue === undefined ? description : `${description} Default: ${defaultValue}`;
}

function exampleText([call, what]: readonly [string, string]): readonly string[] {
  return what === '' ? ['.HP', bold(call)] : entry(bold(call), what);
}

function entry(head: string, body: string): readonly string[] {
  return ['.TP', head, ...text(body)];
}

/** A paragraph as lines that are not too long. */
function text(paragraph: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(/\s+/).map(escaped)) {
    if (line !== '' && line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

/** The text as roff reads it: a dash is one of ASCII, as people type it, and no line begins with a request. */
function escaped(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '...');
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}
