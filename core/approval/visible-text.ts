/**
 * What the eye can't see or can be fooled by: control, format and unassigned characters, line breaks, unusual spaces,
 * blank letters, variation selectors. The bracket of the notation itself is included, so that no text can imitate it.
 */
const DECEPTIVE =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u27e8\u27e9]|(?! )\p{Zs}|^ +| +$| {2,}|\p{M}{4,}/gu;

/** `text` with every invisible or deceptive character spelled out, for example `⟨U+202E⟩`. Injective. */
export function visibleText(text: string): string {
  return text.replace(DECEPTIVE, (found) => Array.from(found, spelledOut).join(''));
}

/** True when {@link visibleText} would change the text. */
export function hasHiddenCharacters(text: string): boolean {
  return visibleText(text) !== text;
}

function spelledOut(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
