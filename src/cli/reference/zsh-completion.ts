import type { Candidates } from '../flags/flags.ts';
import type { CommandDescription, FlagDescription } from './describe-commands.ts';

/** Gives the completion script for zsh: for a folder of `fpath` as `_sluice`, or to be sourced behind `compinit`. */
export function zshCompletion(commands: readonly CommandDescription[]): string {
  const [first] = commands;
  return `#compdef sluice
# Completion of sluice for zsh; made by: sluice completion zsh
_sluice() {
  local command=${first?.name ?? ''}
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n')}
  )
  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  case $words[2] in
    ${commands.map(({ name }) => name).join('|')})
      command=$words[2]
      shift words
      ((CURRENT--))
      ;;
  esac
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}

# Sourced, it is told to the shell; from a folder of fpath, it is called.
if [[ $funcstack[1] == _sluice ]]; then
  _sluice "$@"
else
  compdef _sluice sluice
fi
`;
}

function commandCase({ name, flags, candidates }: CommandDescription): string {
  const specs = [...flags.flatMap(flagSpecs), quote(`*:argument:${action(candidates)}`)];
  return `    ${name})\n      _arguments -s -S \\\n${specs.map((spec) => `        ${spec}`).join(' \\\n')}\n      ;;`;
}

/** One entry a spelling: see "Completion System" in the manual of zsh, `_arguments`. */
function flagSpecs({ spellings, description, hasValue, isRepeatable, candidates }: FlagDescription): readonly string[] {
  const others = isRepeatable ? '*' : `(${spellings.join(' ')})`;
  const explanation = `[${escaped(description)}]`;
  const value = hasValue ? `:value:${action(candidates)}` : '';
  return spellings.map((spelling) => {
    const sign = spelling.startsWith('--') ? '=' : '+';
    return quote(`${others}${spelling}${hasValue ? sign : ''}${explanation}${value}`);
  });
}

const PIPELINES = '_files -g "*.(yaml|yml|json)"';

function action(candidates: Candidates | undefined): string {
  if (candidates === undefined) return ' ';
  if (candidates === 'file') return '_files';
  if (candidates === 'pipeline') return `${PIPELINES} -F "(*.test.yaml)"`;
  if (candidates === 'pipeline or test') return PIPELINES;
  if (candidates === 'test') return '_files -g "*.test.yaml"';
  return `(${candidates.join(' ')})`;
}

function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
