import type { Candidates } from '../flags/flags.ts';
import type { CommandDescription, FlagDescription } from './describe-commands.ts';

const PIPELINE_PATTERNS = "'*.yaml' '*.yml' '*.json'";

/**
 * Gives the completion script for bash, 3.2 and later. The first command is the one that runs when none is named.
 *
 * Everything that can be offered stands in the script: no process is started for it.
 */
export function bashCompletion(commands: readonly CommandDescription[]): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of sluice for bash; made by: sluice completion bash
_sluice_files() {
  local IFS=$'\\n' pattern
  compopt -o filenames 2> /dev/null
  COMPREPLY+=($(compgen -d -- "$current"))
  for pattern in "$@"; do
    COMPREPLY+=($(compgen -f -X "!$pattern" -- "$current"))
  done
}

_sluice_pipelines() {
  local found file
  _sluice_files ${PIPELINE_PATTERNS}
  found=("\${COMPREPLY[@]}")
  COMPREPLY=()
  for file in "\${found[@]}"; do
    [[ $file == *.test.yaml ]] || COMPREPLY+=("$file")
  done
}

_sluice() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command=${names[0]} words=''
  COMPREPLY=()
  # --flag=value comes as three words.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $previous == '=' ]]; then
    previous="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  if ((COMP_CWORD > 1)); then
    case "\${COMP_WORDS[1]}" in
      ${names.join('|')}) command="\${COMP_WORDS[1]}" ;;
    esac
  fi
  case "$command $previous" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$command $current" in
${commands.map(flagCase).join('\n')}
${commands.map((command) => positionalCase(command, names)).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -F _sluice sluice
`;
}

/** What may follow each of a command's flags that takes a value. */
function valueCases({ name, flags }: CommandDescription): readonly string[] {
  return flags
    .filter(({ hasValue }) => hasValue)
    .map((flag) => `    ${patterns(name, flag)}) ${offer(flag.candidates)} ;;`);
}

function patterns(command: string, { spellings }: FlagDescription): string {
  return spellings.map((spelling) => `'${command} ${spelling}'`).join(' | ');
}

/** Ends the function where it offers files, or nothing; words are offered by its last line. */
function offer(candidates: Candidates | undefined): string {
  if (candidates === undefined) return 'return';
  if (candidates === 'file') return "_sluice_files '*'; return";
  if (candidates === 'pipeline') return '_sluice_pipelines; return';
  if (candidates === 'pipeline or test') return `_sluice_files ${PIPELINE_PATTERNS}; return`;
  if (candidates === 'test') return "_sluice_files '*.test.yaml'; return";
  return `COMPREPLY=($(compgen -W '${candidates.join(' ')}' -- "$current")); return`;
}

function flagCase({ name, flags }: CommandDescription): string {
  return `    '${name} -'*) words='${flags.flatMap(({ spellings }) => spellings).join(' ')}' ;;`;
}

function positionalCase({ name, candidates }: CommandDescription, names: readonly string[]): string {
  // Where no command has been named yet, one may be.
  if (name === names[0]) return `    '${name} '*) ((COMP_CWORD == 1)) && words='${names.join(' ')}' ;;`;
  return `    '${name} '*) ${offer(candidates)} ;;`;
}
