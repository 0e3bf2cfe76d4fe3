/** What a resource type's rule may look at. Properties resolve one by one, so that roles and keys may name each other. */
export interface TypeContext {
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  readonly logicalId: string;
  /** The resolved property, or `undefined`. */
  property(name: string): unknown;
  /** The resolved property as text; `undefined` where it is absent. */
  text(name: string): string | undefined;
  /** A deterministic name of at most `maxLength` characters. */
  generatedName(maxLength: number): string;
  /** Text that differs for every resource, to derive ids from. */
  readonly seed: string;
}

/** What a resource is known by. */
export interface ResourceIdentity {
  /** What `Ref` gives. */
  readonly ref: string;
  /** Empty for types that have no ARN. */
  readonly arn: string;
  /** What `Fn::GetAtt` gives, by attribute. */
  readonly attributes: { readonly [name: string]: unknown };
}

/** One line of the table of known resource types. */
export interface ResourceType {
  /** The part of the sandbox that runs the resource; `recorded` for what is only kept for others to read. */
  readonly keptBy: string;
  /** What of the type the sandbox leaves out. */
  readonly notEmulated: string;
  identify(context: TypeContext): ResourceIdentity;
}

/** A table of resource types by their CloudFormation name. */
export type ResourceTypeTable = { readonly [type: string]: ResourceType };

/** The account's ARN of `resource` in `service`. */
export function arnOf(context: TypeContext, service: string, resource: string): string {
  return `arn:aws:${service}:${context.region}:${context.accountId}:${resource}`;
}

/** A type that nothing refers to but by its generated id. */
export function plainType(keptBy: string, notEmulated: string, idAttribute?: string): ResourceType {
  return {
    keptBy,
    notEmulated,
    identify: (context) => {
      const ref = context.generatedName(64);
      return { ref, arn: '', attributes: idAttribute === undefined ? {} : { [idAttribute]: ref } };
    },
  };
}

/** How a named type is described to {@link namedType}. */
export interface NamedTypeOptions {
  readonly keptBy: string;
  readonly notEmulated: string;
  readonly nameProperty: string;
  readonly maxLength?: number;
  readonly arn?: (context: TypeContext, name: string) => string;
  readonly refIsArn?: boolean;
  readonly attributes?: (context: TypeContext, name: string, arn: string) => { readonly [name: string]: unknown };
}

/** A type whose name is a property, or generated where the property is absent. `Arn` is an attribute where it has one. */
export function namedType(options: NamedTypeOptions): ResourceType {
  const { keptBy, notEmulated, nameProperty, maxLength = 64, arn, refIsArn = false, attributes } = options;
  return {
    keptBy,
    notEmulated,
    identify: (context) => {
      const name = context.text(nameProperty) ?? context.generatedName(maxLength);
      const ownArn = arn?.(context, name) ?? '';
      const others = attributes?.(context, name, ownArn) ?? {};
      return {
        ref: refIsArn ? ownArn : name,
        arn: ownArn,
        attributes: arn === undefined ? others : { Arn: ownArn, ...others },
      };
    },
  };
}
