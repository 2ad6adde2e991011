/**
 * What could drive a terminal or break a message's line: C0 and C1 controls with DEL, line and paragraph separators,
 * controls of text direction (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters), lone surrogates.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u;
const ALL_UNPRINTABLE = new RegExp(UNPRINTABLE, 'gu');

/**
 * Gives a text from outside in a form that is safe in a message: each control character as `\xNN` or `\u{NNNN}`.
 *
 * Length: at most `maxLength` UTF-16 units where that is given; a text that is cut ends with `…`, and no escape or
 * surrogate pair is cut in two. For people to read: a backslash in the text stays as it is, so there is no way back.
 */
export function printable(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  if (text.length > maxLength) return cut(text, maxLength);
  if (!UNPRINTABLE.test(text)) return text;
  const escaped = text.replace(ALL_UNPRINTABLE, escapeCharacter);
  return escaped.length > maxLength ? cut(text, maxLength) : escaped;
}

function cut(text: string, maxLength: number): string {
  let result = '';
  for (const character of text) {
    const shown = UNPRINTABLE.test(character) ? escapeCharacter(character) : character;
    if (result.length + shown.length > maxLength - 1) break;
    result += shown;
  }
  return `${result}…`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex.padStart(4, '0')}}`;
}
