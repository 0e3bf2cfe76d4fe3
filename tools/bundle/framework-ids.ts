/** FINOS AIGF ids end in three digits; their own documents also write them unpadded. */
const ID = /^(AIR-[A-Z]+)-(\d{1,3})$/;

/** One spelling for one id: `AIR-OP-18` becomes `AIR-OP-018`. Anything else stays, for the taxonomy check to refuse. */
export function normaliseFrameworkId(id: string): string {
  const match = ID.exec(id.trim());
  return match === null ? id.trim() : `${match[1]}-${match[2]?.padStart(3, '0')}`;
}

/** The ids of a `@framework` annotation, in one spelling, each once, in the order they were written. */
export function frameworkIds(annotation: string): readonly string[] {
  const ids = annotation.split(',').map(normaliseFrameworkId);
  return [...new Set(ids.filter((id) => id !== ''))];
}
