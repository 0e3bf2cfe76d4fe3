import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStateMachine } from '../../../sandbox/services/states/state-machine.ts';
import { assemblyOf, functionArn, resource, roleArn, temporaryFolder } from '../lambda/fixtures.ts';

const ASL = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'A',
  States: { A: { Type: 'Task', Resource: `\${${'Target'}}`, End: true } },
});

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder.path, 'file.json'), ASL);
  mkdirSync(join(folder.path, 'folder'));
  writeFileSync(join(folder.path, 'folder', 'approval.asl.json'), ASL);
});
afterEach(() => folder.remove());

function read(properties: object) {
  const machine = resource(
    'AWS::StepFunctions::StateMachine',
    'M',
    {
      RoleArn: roleArn('workflow'),
      DefinitionSubstitutions: { Target: functionArn('add') },
      ...properties,
    },
    { arn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:named' },
  );
  const assets = { file: join(folder.path, 'file.json'), folder: join(folder.path, 'folder') };
  return readStateMachine(machine, assemblyOf([machine], assets));
}

describe('readStateMachine', () => {
  it.each([
    ['text', { DefinitionString: ASL }],
    ['an object', { Definition: JSON.parse(ASL) }],
    ['a file asset', { DefinitionS3Location: { Bucket: 'b', Key: 'file' } }],
    ['an asset folder', { DefinitionS3Location: { Bucket: 'b', Key: 'folder' } }],
  ])('fills in substitutions when the definition is %s', (_, properties) => {
    const machine = read(properties);
    expect(machine.definition.flow.states.get('A')?.fields['Resource']).toBe(functionArn('add'));
    expect(machine).toMatchObject({ name: 'named', roleArn: roleArn('workflow') });
  });

  it('refuses Express workflows and names the resource of a bad definition', () => {
    expect(() => read({ StateMachineType: 'EXPRESS' })).toThrow(
      'Test/M: expected StateMachineType STANDARD, got `EXPRESS`',
    );
    expect(() => read({ DefinitionString: '{"QueryLanguage":"JSONPath"}' })).toThrow(
      'Test/M: definition: expected QueryLanguage JSONata',
    );
  });
});
