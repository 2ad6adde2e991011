import { buildPipeline } from '../../pipeline/build.ts';
import { tableColumns } from '../../pipeline/tables.ts';
import type { Command } from '../command.ts';
import { execute } from '../execute.ts';
import { linksDocument, linksFlags } from '../links-document.ts';
import { readRunFlags, runFlags, runKeyFlags } from '../run-flags.ts';

/** `sluice links`: fetches the URLs of the arguments, of files or of standard input, and writes their links. The default command. */
export const linksCommand: Command = {
  name: 'links',
  summary: 'Fetches the URLs of the arguments, of --input or of standard input and writes the links of each page.',
  positional: { name: 'urls', description: 'URLs to fetch.', isRequired: false, isList: true },
  flags: (registry) => ({ ...linksFlags(registry), ...runKeyFlags, ...runFlags }),
  examples: [
    ['sluice < urls.txt > links.tsv', 'every link of every page of a list'],
    ['sluice example.com -f jsonl --select anchors', 'the links of one page'],
    ['sluice -i urls.txt.gz -o links.csv.gz --failures failures.jsonl', 'files, compressed, with what failed'],
  ],
  run: async ({ positionals, values, io, registry }) => {
    const document = linksDocument(positionals, values, registry);
    const pipeline = buildPipeline(document, registry, tableColumns);
    const flags = readRunFlags(values);
    const isReadingTerminal = positionals.length === 0 && values['input'] === undefined && io.stdin.isTTY === true;
    if (isReadingTerminal && !flags.isQuiet)
      io.stderr.write('sluice: reading URLs from the terminal; ^D ends the list.\n');
    return await execute(pipeline, io.cwd, flags, io);
  },
};
