/**
 * Text that is safe to print: control and formatting characters, which could move a terminal's cursor or reverse a
 * line, are spelled out as `\u{1b}`. What is printed of an archive may have been written by an attacker.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
