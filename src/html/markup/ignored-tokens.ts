import type { Tokenizer } from 'htmlparser2';

/** What htmlparser2's Tokenizer tells. */
type TokenCallbacks = ConstructorParameters<typeof Tokenizer>[1];

/** Takes every token and does nothing: the rest of the callbacks for who wants only a few. */
export const ignoredTokens: TokenCallbacks = {
  onattribdata: ignore,
  onattribend: ignore,
  onattribentity: ignore,
  onattribname: ignore,
  oncdata: ignore,
  onclosetag: ignore,
  oncomment: ignore,
  ondeclaration: ignore,
  onend: ignore,
  onopentagend: ignore,
  onopentagname: ignore,
  onprocessinginstruction: ignore,
  onselfclosingtag: ignore,
  ontext: ignore,
  ontextentity: ignore,
};

function ignore(): void {}
