const SEGMENT = '[A-Za-z_][A-Za-z0-9_]*';
const TYPE_NAME = new RegExp(`^${SEGMENT}(?:::${SEGMENT})*$`);
const RESERVED = new Set(['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar']);

const MAX_REMEMBERED = 1_024;
const remembered = new Set<string>();

/** True when `name` may name an entity type: identifiers joined by `::`, none of them reserved by Cedar. */
export function isEntityTypeName(name: string): boolean {
  if (remembered.has(name)) return true;
  if (!isName(name)) return false;
  // The few types of a deployment recur in every request; the bound keeps hostile requests from filling memory.
  if (remembered.size < MAX_REMEMBERED) remembered.add(name);
  return true;
}

function isName(name: string): boolean {
  if (!TYPE_NAME.test(name)) return false;
  return name.includes('::') ? !name.split('::').some((part) => RESERVED.has(part)) : !RESERVED.has(name);
}

/** True when `type` is `Action` or ends in `::Action`: the only types an action scope may name. */
export function isActionType(type: string): boolean {
  return type === 'Action' || type.endsWith('::Action');
}

/** A reference to an entity, which need not be stored anywhere. */
export class EntityRef {
  readonly type: string;
  readonly id: string;
  #key: string | undefined;

  constructor(type: string, id: string) {
    this.type = type;
    this.id = id;
  }

  /** Equal for equal references only: a type name holds no quotation mark. */
  get key(): string {
    this.#key ??= `${this.type}::"${this.id}`;
    return this.#key;
  }

  equals(other: EntityRef): boolean {
    return this.id === other.id && this.type === other.type;
  }

  toString(): string {
    return `${this.type}::${JSON.stringify(this.id)}`;
  }
}
