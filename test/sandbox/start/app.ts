import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Properties = { readonly [name: string]: unknown };
type Resources = { readonly [logicalId: string]: { readonly Type: string; readonly Properties: Properties } };

const SDK = `import { createRequire } from 'node:module';
const require = createRequire(${JSON.stringify(import.meta.url)});
const { DynamoDBClient, PutItemCommand, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const { SFNClient, StartExecutionCommand, SendTaskSuccessCommand } = require('@aws-sdk/client-sfn');
const db = new DynamoDBClient({});
const sfn = new SFNClient({});
const put = (pk, value) => db.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { pk: { S: pk }, value: { S: value } } }));
const get = async (pk) => (await db.send(new GetItemCommand({ TableName: process.env.TABLE, Key: { pk: { S: pk } } }))).Item?.value?.S;
const reply = (statusCode, body) => ({ statusCode, body: JSON.stringify(body) });
`;

/** Functions of a small app that uses every part of the sandbox once. */
const FUNCTIONS: { readonly [name: string]: string } = {
  submit: `export const handler = async (event) => {
    const { value } = JSON.parse(event.body);
    await put('last', value);
    if (value === 'ask') await sfn.send(new StartExecutionCommand({ stateMachineArn: process.env.MACHINE, name: 'first', input: '{}' }));
    return reply(200, { value: await get('last'), caller: event.requestContext.identity.userArn });
  };`,
  ask: `export const handler = async (event) => put('token', event.token);`,
  decide: `export const handler = async (event) => {
    const output = JSON.stringify(event.requestContext.authorizer.claims['cognito:groups']);
    await sfn.send(new SendTaskSuccessCommand({ taskToken: await get('token'), output }));
    return reply(200, { output });
  };`,
  page: `export const handler = async () => {
    const denied = await put('page', 'x').then(() => 'written', (error) => error.name);
    return reply(200, { base: process.env.BASE, signIn: process.env.SIGN_IN, denied });
  };`,
  archive: `export const handler = async (event) => {
    console.log('archived ' + event.Records.map((record) => record.dynamodb.NewImage.value.S).join());
  };`,
  sweep: `export const handler = async (event) => console.log('swept ' + event.source);`,
};

const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const allow = (Action: unknown, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
const TABLE_ARN = arn('Table');
const apiUrl = (path: string) => ({
  'Fn::Join': ['', ['https://', { Ref: 'Api' }, `.execute-api.eu-west-1.amazonaws.com${path}`]],
});

const GRANTS: { readonly [name: string]: readonly object[] } = {
  submit: [
    allow(['dynamodb:PutItem', 'dynamodb:GetItem'], TABLE_ARN),
    allow('states:StartExecution', { Ref: 'Machine' }),
  ],
  ask: [allow('dynamodb:PutItem', TABLE_ARN)],
  decide: [allow('dynamodb:GetItem', TABLE_ARN), allow('states:SendTaskSuccess', { Ref: 'Machine' })],
  archive: [
    allow(['dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'], {
      'Fn::GetAtt': ['Table', 'StreamArn'],
    }),
  ],
};

function role(service: string, statements: readonly object[], name?: string): { Type: string; Properties: Properties } {
  const trust = { Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }] };
  const Policies = statements.length === 0 ? [] : [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }];
  return {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: trust, Policies, ...(name === undefined ? {} : { RoleName: name }) },
  };
}

function functionResources(name: string): Resources {
  const host = apiUrl('/v1');
  const Variables = { TABLE: { Ref: 'Table' }, BASE: host, SIGN_IN: 'https://people.auth.eu-west-1.amazoncognito.com' };
  return {
    [`${name}Role`]: role('lambda.amazonaws.com', GRANTS[name] ?? []),
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name,
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: arn(`${name}Role`),
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
        Environment: { Variables: name === 'submit' ? { ...Variables, MACHINE: { Ref: 'Machine' } } : Variables },
        Timeout: 20,
      },
    },
  };
}

function route(name: string, path: string, HttpMethod: string, authorization: Properties): Resources {
  const Uri = {
    'Fn::Join': ['', ['arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/', arn(name), '/invocations']],
  };
  return {
    [`${name}Path`]: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { RestApiId: { Ref: 'Api' }, ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, PathPart: path },
    },
    [`${name}Method`]: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { Ref: `${name}Path` },
        HttpMethod,
        ...authorization,
        Integration: { Type: 'AWS_PROXY', Uri },
      },
    },
    [`${name}Permission`]: permission(name, 'apigateway.amazonaws.com', {
      'Fn::Sub': `arn:aws:execute-api:eu-west-1:111122223333:\${Api}/*/${HttpMethod}/${path}`,
    }),
  };
}

function permission(name: string, Principal: string, SourceArn: unknown): { Type: string; Properties: Properties } {
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: { FunctionName: arn(name), Action: 'lambda:InvokeFunction', Principal, SourceArn },
  };
}

const DEFINITION = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      TimeoutSeconds: 3600,
      Arguments: { FunctionName: '$'.concat('{Ask}'), Payload: { token: '{% $states.context.Task.Token %}' } },
      End: true,
    },
  },
});

const RESOURCES: Resources = {
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    },
  },
  ...Object.fromEntries(Object.keys(FUNCTIONS).flatMap((name) => Object.entries(functionResources(name)))),
  AgentRole: role('lambda.amazonaws.com', [allow('execute-api:Invoke', '*')], 'agent'),
  OtherRole: role('lambda.amazonaws.com', [], 'other'),
  MachineRole: role('states.amazonaws.com', [allow('lambda:InvokeFunction', arn('ask'))]),
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'asking',
      RoleArn: arn('MachineRole'),
      DefinitionString: DEFINITION,
      DefinitionSubstitutions: { Ask: arn('ask') },
    },
  },
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api' } },
  Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' } },
  ...route('submit', 'actions', 'POST', { AuthorizationType: 'AWS_IAM' }),
  ...route('decide', 'decide', 'POST', { AuthorizationType: 'COGNITO_USER_POOLS' }),
  ...route('page', 'page', 'GET', { AuthorizationType: 'NONE' }),
  Pool: { Type: 'AWS::Cognito::UserPool', Properties: {} },
  Domain: { Type: 'AWS::Cognito::UserPoolDomain', Properties: { Domain: 'people', UserPoolId: { Ref: 'Pool' } } },
  Approvers: {
    Type: 'AWS::Cognito::UserPoolGroup',
    Properties: { GroupName: 'approver', UserPoolId: { Ref: 'Pool' } },
  },
  Client: {
    Type: 'AWS::Cognito::UserPoolClient',
    Properties: {
      UserPoolId: { Ref: 'Pool' },
      CallbackURLs: [apiUrl('/v1/sign-in')],
    },
  },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: { ScheduleExpression: 'rate(1 minute)', Targets: [{ Id: 'T', Arn: arn('sweep') }] },
  },
  RulePermission: permission('sweep', 'events.amazonaws.com', arn('Rule')),
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      FunctionName: arn('archive'),
      StartingPosition: 'TRIM_HORIZON',
      MaximumBatchingWindowInSeconds: 300,
    },
  },
};

/** Writes what `cdk synth` would for the small app; `more` adds resources. Returns the folder. */
export function writeApp(folder: string, more: Resources = {}): string {
  const out = join(folder, 'cdk.out');
  const files: { [hash: string]: object } = {};
  for (const [name, source] of Object.entries(FUNCTIONS)) {
    mkdirSync(join(out, `asset.${name}`), { recursive: true });
    writeFileSync(join(out, `asset.${name}`, 'index.mjs'), SDK + source);
    files[name] = {
      source: { path: `asset.${name}`, packaging: 'zip' },
      destinations: { current: { objectKey: `${name}.zip` } },
    };
  }
  const artifacts = {
    App: { type: 'aws:cloudformation:stack', properties: { templateFile: 'App.template.json' } },
    'App.assets': { type: 'cdk:asset-manifest', properties: { file: 'App.assets.json' } },
  };
  const documents = {
    'manifest.json': { artifacts },
    'App.assets.json': { files },
    'App.template.json': { Resources: { ...RESOURCES, ...more } },
  };
  for (const [file, content] of Object.entries(documents)) writeFileSync(join(out, file), JSON.stringify(content));
  return out;
}
