import { TEST_SUFFIX } from '../testing/document/test-suffix.ts';
import type { Command } from './command.ts';
import { SHELLS } from './reference/shells.ts';

/** Every command there is, in the order of the help. The first one runs when none is named. */
export const commands: readonly [Command, ...Command[]] = [
  {
    name: 'links',
    summary: 'Fetches the URLs of the arguments, of --input or of standard input and writes the links of each page.',
    positional: { name: 'urls', description: 'URLs to fetch.', isRequired: false, isList: true },
    load: async () => (await import('./commands/links.ts')).linksCommand,
  },
  {
    name: 'run',
    summary: 'Runs a pipeline file.',
    positional: {
      name: 'pipeline',
      description: 'Pipeline file (YAML or JSON).',
      isRequired: true,
      isList: false,
      candidates: 'pipeline',
    },
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'check',
    summary: 'Checks pipeline files; tells each mistake as file:line:column: message.',
    positional: {
      name: 'pipelines',
      description: 'Pipeline files and test files; of a folder, its *.yaml; - is standard input.',
      isRequired: true,
      isList: true,
      candidates: 'pipeline or test',
    },
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  {
    name: 'test',
    summary: 'Runs the tests of pipelines: with canned answers, without the network.',
    positional: {
      name: 'files',
      description: `Test files, or pipelines that have one; of a folder, its *${TEST_SUFFIX}. Left out: those of this folder and of pipelines.`,
      isRequired: false,
      isList: true,
      candidates: 'test',
    },
    load: async () => (await import('./commands/test.ts')).testCommand,
  },
  {
    name: 'explain',
    summary: 'Shows a pipeline as it would run, every default filled in.',
    positional: {
      name: 'pipeline',
      description: 'Pipeline file.',
      isRequired: true,
      isList: false,
      candidates: 'pipeline',
    },
    load: async () => (await import('./commands/explain.ts')).explainCommand,
  },
  {
    name: 'stages',
    summary: 'Prints the reference: all stages, or one with its options.',
    positional: {
      name: 'name',
      description: 'A stage.',
      isRequired: false,
      isList: false,
      candidates: (registry) => [...new Set(registry.map((definition) => definition.name))],
    },
    load: async () => (await import('./commands/stages.ts')).stagesCommand,
  },
  {
    name: 'schema',
    summary: 'Prints the JSON Schema of pipeline files, from which editors complete and check.',
    load: async () => (await import('./commands/schema.ts')).schemaCommand,
  },
  {
    name: 'init',
    summary: 'Writes a commented pipeline file to start from, and its tests.',
    positional: {
      name: 'name',
      description: `What the pipeline is called: NAME.yaml and NAME${TEST_SUFFIX} are written here. Left out: what the template is called.`,
      isRequired: false,
      isList: false,
      candidates: [],
    },
    load: async () => (await import('./commands/init.ts')).initCommand,
  },
  {
    name: 'completion',
    summary: 'Prints the script by which bash, zsh or fish completes sluice.',
    positional: {
      name: 'shell',
      description: `${SHELLS.join(', ')}; left out, by the variable SHELL.`,
      isRequired: false,
      isList: false,
      candidates: SHELLS,
    },
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
];
