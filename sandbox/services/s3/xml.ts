import { escapeXml } from '../../front/protocol.ts';

/** The little XML that S3's requests and answers need. */

/** An element with text, escaped; nothing where the value is absent. */
export function element(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** A document with S3's namespace around `innerXml`, which is already escaped. */
export function xmlDocument(name: string, innerXml: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${innerXml}</${name}>`;
}

function unescapeXml(text: string): string {
  const entities: { readonly [name: string]: string } = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replaceAll(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hexadecimal?: string, decimal?: string, name?: string) => {
      if (hexadecimal !== undefined || decimal !== undefined) {
        return String.fromCodePoint(hexadecimal !== undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal));
      }
      return entities[name ?? ''] ?? whole;
    },
  );
}

/** The inner XML of every `name` element; elements of one name are not nested in these documents. */
export function childrenOf(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, 'gs'))].map((match) => match[1] ?? '');
}

/** The text of the first `name` element; `undefined` where there is none. */
export function textOf(xml: string, name: string): string | undefined {
  const inner = childrenOf(xml, name)[0];
  return inner === undefined ? undefined : unescapeXml(inner.trim());
}
