import type { Resource } from '../contract.ts';
import { type IntrinsicScope, noValue, resolveValue } from './intrinsics.ts';
import { knownResourceTypes } from './known-resource-types.ts';
import { generatedName } from './physical-name.ts';
import { isRawObject, objectOrEmpty, type RawResource, type RawTemplate } from './raw-template.ts';
import type { ResourceIdentity, ResourceType, TypeContext } from './resource-type.ts';
import { TemplateError, type TemplateErrorCode } from './template-error.ts';

/** What a stack needs from outside its template. */
export interface StackWorld {
  readonly accountId: string;
  readonly region: string;
  /** Values by parameter name; `<stack>.<parameter>` wins over `<parameter>`. */
  readonly parameters: { readonly [name: string]: string };
  exportValue(name: string): unknown;
  stackOutput(stackName: string, outputName: string): unknown;
}

/** One stack with its names resolved on demand. */
export interface StackResolver {
  readonly stackName: string;
  /** Every resource whose condition holds. @throws {TemplateError} for what the sandbox does not know */
  resources(): readonly Resource[];
  output(name: string): unknown;
  /** Output names by export name. */
  exports(): ReadonlyMap<string, string>;
}

// What `cdk bootstrap` stores; templates only ask that it is recent enough.
const bootstrapVersion = '30';

class Resolver implements StackResolver {
  readonly stackName: string;
  readonly #template: RawTemplate;
  readonly #world: StackWorld;
  readonly #scope: IntrinsicScope;
  readonly #identities = new Map<string, ResourceIdentity>();
  readonly #conditions = new Map<string, boolean>();
  readonly #underWay = new Set<string>();

  constructor(template: RawTemplate, world: StackWorld) {
    this.stackName = template.stackName;
    this.#template = template;
    this.#world = world;
    this.#scope = {
      stackName: template.stackName,
      ref: (name) => this.#ref(name),
      getAtt: (logicalId, attribute) => this.#getAtt(logicalId, attribute),
      condition: (name) => this.#condition(name),
      importValue: (name) => world.exportValue(name),
      stackOutput: (stackName, outputName) => world.stackOutput(stackName, outputName),
      findInMap: (map, first, second) => this.#findInMap(map, first, second),
    };
  }

  resources(): readonly Resource[] {
    const present = Object.entries(this.#template.resources).filter(([, raw]) => this.#isPresent(raw));
    return present.map(([logicalId, raw]) => this.#resource(logicalId, raw));
  }

  output(name: string): unknown {
    const output = this.#template.outputs[name];
    if (!isRawObject(output)) {
      throw this.#error('unresolved_reference', `stack \`${this.stackName}\` has no output \`${name}\``);
    }
    return resolveValue(output['Value'], this.#scope);
  }

  exports(): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    for (const [output, raw] of Object.entries(this.#template.outputs)) {
      const exported = objectOrEmpty(objectOrEmpty(raw)['Export'])['Name'];
      const name = exported === undefined ? undefined : resolveValue(exported, this.#scope);
      if (typeof name === 'string') {
        names.set(name, output);
      }
    }
    return names;
  }

  #error(code: TemplateErrorCode, message: string): TemplateError {
    return new TemplateError(code, message);
  }

  #isPresent(raw: RawResource): boolean {
    return raw.condition === undefined || this.#condition(raw.condition);
  }

  #typeOf(logicalId: string, raw: RawResource): ResourceType {
    const type = Object.hasOwn(knownResourceTypes, raw.type) ? knownResourceTypes[raw.type] : undefined;
    if (type === undefined) {
      const where = `stack \`${this.stackName}\`, resource \`${logicalId}\``;
      throw this.#error('unknown_resource_type', `${where}: the sandbox does not know the type \`${raw.type}\``);
    }
    return type;
  }

  #resource(logicalId: string, raw: RawResource): Resource {
    const identity = this.#identity(logicalId);
    const properties = resolveValue(raw.properties, this.#scope);
    return { stack: this.stackName, logicalId, type: raw.type, properties: objectOrEmpty(properties), ...identity };
  }

  #identity(logicalId: string): ResourceIdentity {
    const known = this.#identities.get(logicalId);
    if (known !== undefined) {
      return known;
    }
    const raw = this.#template.resources[logicalId];
    if (raw === undefined || !this.#isPresent(raw)) {
      throw this.#error('unresolved_reference', `stack \`${this.stackName}\` has no resource \`${logicalId}\``);
    }
    const identity = this.#once(`resource ${logicalId}`, () =>
      this.#typeOf(logicalId, raw).identify(this.#typeContext(logicalId, raw)),
    );
    this.#identities.set(logicalId, identity);
    return identity;
  }

  #typeContext(logicalId: string, raw: RawResource): TypeContext {
    const property = (name: string): unknown => {
      const value = resolveValue(raw.properties[name], this.#scope);
      return value === noValue ? undefined : value;
    };
    return {
      accountId: this.#world.accountId,
      region: this.#world.region,
      stackName: this.stackName,
      logicalId,
      seed: `${this.#world.accountId}/${this.#world.region}/${this.stackName}/${logicalId}`,
      property,
      text: (name) => {
        const value = property(name);
        return typeof value === 'string' ? value : undefined;
      },
      generatedName: (maxLength) => generatedName(this.stackName, logicalId, maxLength),
    };
  }

  #ref(name: string): unknown {
    if (name.startsWith('AWS::')) {
      return this.#pseudoParameter(name);
    }
    if (Object.hasOwn(this.#template.parameters, name)) {
      return this.#parameter(name);
    }
    return this.#identity(name).ref;
  }

  #getAtt(logicalId: string, attribute: string): unknown {
    const { attributes } = this.#identity(logicalId);
    if (!Object.hasOwn(attributes, attribute)) {
      const type = this.#template.resources[logicalId]?.type ?? '';
      const where = `stack \`${this.stackName}\`, resource \`${logicalId}\` of type \`${type}\``;
      throw this.#error('unknown_attribute', `${where}: the sandbox does not know the attribute \`${attribute}\``);
    }
    return attributes[attribute];
  }

  #pseudoParameter(name: string): unknown {
    const { accountId, region } = this.#world;
    const values: { readonly [name: string]: unknown } = {
      'AWS::AccountId': accountId,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.stackName,
      'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${this.stackName}/sandbox`,
      'AWS::NotificationARNs': [],
      'AWS::NoValue': noValue,
    };
    if (!Object.hasOwn(values, name)) {
      throw this.#error(
        'unresolved_reference',
        `stack \`${this.stackName}\` refers to \`${name}\`, which the sandbox does not know`,
      );
    }
    return values[name];
  }

  #parameter(name: string): unknown {
    const declared = objectOrEmpty(this.#template.parameters[name]);
    const given = this.#world.parameters[`${this.stackName}.${name}`] ?? this.#world.parameters[name];
    if (given !== undefined) {
      return String(declared['Type']).startsWith('List<') ? given.split(',') : given;
    }
    const initial = declared['Default'];
    const type = String(declared['Type']);
    if (type.startsWith('AWS::SSM::Parameter::')) {
      if (typeof initial === 'string' && /^\/cdk-bootstrap\/[^/]+\/version$/.test(initial)) {
        return bootstrapVersion;
      }
    } else if (initial !== undefined) {
      return String(initial);
    }
    throw this.#error('missing_parameter', `stack \`${this.stackName}\` needs a value for its parameter \`${name}\``);
  }

  #condition(name: string): boolean {
    const known = this.#conditions.get(name);
    if (known !== undefined) {
      return known;
    }
    const value = this.#once(`condition ${name}`, () => resolveValue(this.#template.conditions[name], this.#scope));
    if (typeof value !== 'boolean') {
      throw this.#error('unresolved_reference', `stack \`${this.stackName}\` has no condition \`${name}\``);
    }
    this.#conditions.set(name, value);
    return value;
  }

  #findInMap(map: string, first: string, second: string): unknown {
    const value = objectOrEmpty(objectOrEmpty(this.#template.mappings[map])[first])[second];
    if (value === undefined) {
      throw this.#error(
        'unresolved_reference',
        `stack \`${this.stackName}\` has no mapping \`${map}.${first}.${second}\``,
      );
    }
    return value;
  }

  #once<T>(what: string, compute: () => T): T {
    if (this.#underWay.has(what)) {
      throw this.#error('circular_reference', `stack \`${this.stackName}\`: ${what} depends on itself`);
    }
    this.#underWay.add(what);
    try {
      return compute();
    } finally {
      this.#underWay.delete(what);
    }
  }
}

/** Makes a template's names resolvable. Nothing is evaluated before it is asked for. */
export function createStackResolver(template: RawTemplate, world: StackWorld): StackResolver {
  return new Resolver(template, world);
}
