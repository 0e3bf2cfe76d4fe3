import type { Assembly, Resource } from '../contract.ts';
import { readCloudAssembly } from './manifest.ts';
import { createStackResolver, type StackResolver, type StackWorld } from './stack-resolver.ts';
import { TemplateError } from './template-error.ts';

/** Where the assembly is to run. */
export interface AssemblyOptions {
  readonly accountId: string;
  readonly region: string;
  /** Values of template parameters by name, or by `<stack>.<name>`. Parameters with a default need none. */
  readonly parameters?: { readonly [name: string]: string };
}

function createWorld(options: AssemblyOptions, stacks: Map<string, StackResolver>): StackWorld {
  return {
    accountId: options.accountId,
    region: options.region,
    parameters: options.parameters ?? {},
    exportValue: (name) => {
      for (const stack of stacks.values()) {
        const output = stack.exports().get(name);
        if (output !== undefined) {
          return stack.output(output);
        }
      }
      throw new TemplateError('unresolved_reference', `no stack exports \`${name}\``);
    },
    stackOutput: (stackName, outputName) => {
      const stack = stacks.get(stackName);
      if (stack === undefined) {
        throw new TemplateError('unresolved_reference', `there is no stack \`${stackName}\``);
      }
      return stack.output(outputName);
    },
  };
}

/**
 * Reads what `cdk synth` wrote to `cdkOutDir` and resolves every resource of every stack.
 *
 * @throws {TemplateError} for a resource type, attribute or function the sandbox does not know (named with its stack and
 * logical id), a reference that leads nowhere, or a parameter without a value
 */
export function loadAssembly(cdkOutDir: string, options: AssemblyOptions): Assembly {
  const { templates, assetPaths } = readCloudAssembly(cdkOutDir);
  const stacks = new Map<string, StackResolver>();
  const world = createWorld(options, stacks);
  for (const template of templates) {
    stacks.set(template.stackName, createStackResolver(template, world));
  }
  const resources = [...stacks.values()].flatMap((stack) => stack.resources());
  const byType = Map.groupBy(resources, (resource) => resource.type);
  const none: readonly Resource[] = [];
  return {
    accountId: options.accountId,
    region: options.region,
    resources,
    byType: (type) => byType.get(type) ?? none,
    assetPath: (hashOrKey) => {
      const path = assetPaths.get(hashOrKey);
      if (path === undefined) {
        throw new TemplateError('unknown_asset', `the assembly has no file asset \`${hashOrKey}\``);
      }
      return path;
    },
  };
}
