import { derivedUuid } from '../physical-name.ts';
import { arnOf, namedType, plainType, type ResourceTypeTable } from '../resource-type.ts';

/** Functions, state machines, queues, topics, schedules, logs, alarms. */

export const computeTypes: ResourceTypeTable = {
  'AWS::Lambda::Function': namedType({
    keptBy: 'lambda',
    notEmulated: 'layers, extensions, container images, file systems, VPC',
    nameProperty: 'FunctionName',
    arn: (context, name) => arnOf(context, 'lambda', `function:${name}`),
  }),
  'AWS::Lambda::Version': {
    keptBy: 'lambda',
    notEmulated: 'code of earlier versions',
    identify: (context) => {
      const name = (context.text('FunctionName') ?? '').split(':function:').at(-1) ?? '';
      const functionArn = arnOf(context, 'lambda', `function:${name}`);
      const arn = `${functionArn}:1`;
      return { ref: arn, arn, attributes: { Version: '1', FunctionArn: arn } };
    },
  },
  'AWS::Lambda::Alias': {
    keptBy: 'lambda',
    notEmulated: 'weighted routing',
    identify: (context) => {
      const name = (context.text('FunctionName') ?? '').split(':function:').at(-1) ?? '';
      const arn = arnOf(context, 'lambda', `function:${name}:${context.text('Name') ?? ''}`);
      return { ref: arn, arn, attributes: { AliasArn: arn } };
    },
  },
  'AWS::Lambda::Permission': plainType('iam', 'function URLs', 'Id'),
  'AWS::Lambda::EventSourceMapping': {
    keptBy: 'lambda',
    notEmulated: 'sources other than DynamoDB streams',
    identify: (context) => {
      const id = derivedUuid(context.seed);
      const arn = arnOf(context, 'lambda', `event-source-mapping:${id}`);
      return { ref: id, arn, attributes: { Id: id, EventSourceMappingArn: arn } };
    },
  },
  'AWS::Lambda::EventInvokeConfig': plainType('lambda', 'destinations'),
  'AWS::StepFunctions::StateMachine': namedType({
    keptBy: 'states',
    notEmulated: 'Express workflows, versions, aliases, distributed Map',
    nameProperty: 'StateMachineName',
    maxLength: 80,
    arn: (context, name) => arnOf(context, 'states', `stateMachine:${name}`),
    refIsArn: true,
    attributes: (_context, name) => ({ Name: name, StateMachineRevisionId: 'INITIAL' }),
  }),
  'AWS::SNS::Topic': namedType({
    keptBy: 'sns',
    notEmulated: 'delivery, filters, FIFO order',
    nameProperty: 'TopicName',
    maxLength: 256,
    arn: (context, name) => arnOf(context, 'sns', name),
    refIsArn: true,
    attributes: (_context, name, arn) => ({ TopicName: name, TopicArn: arn }),
  }),
  'AWS::SNS::TopicPolicy': plainType('iam', 'nothing', 'Id'),
  'AWS::SNS::Subscription': {
    keptBy: 'recorded',
    notEmulated: 'delivery and confirmation',
    identify: (context) => {
      const arn = `${context.text('TopicArn') ?? ''}:${derivedUuid(context.seed)}`;
      return { ref: arn, arn, attributes: { Arn: arn } };
    },
  },
  'AWS::SQS::Queue': {
    keptBy: 'lambda',
    notEmulated: 'the queue API; a dead-letter queue is a file of messages',
    identify: (context) => {
      const name = context.text('QueueName') ?? context.generatedName(80);
      const arn = arnOf(context, 'sqs', name);
      const url = `https://sqs.${context.region}.amazonaws.com/${context.accountId}/${name}`;
      return { ref: url, arn, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
    },
  },
  'AWS::SQS::QueuePolicy': plainType('iam', 'nothing', 'Id'),
  'AWS::Events::Rule': namedType({
    keptBy: 'schedule',
    notEmulated: 'event patterns',
    nameProperty: 'Name',
    arn: (context, name) => arnOf(context, 'events', `rule/${name}`),
  }),
  'AWS::Scheduler::Schedule': namedType({
    keptBy: 'schedule',
    notEmulated: 'flexible windows, time zones',
    nameProperty: 'Name',
    arn: (context, name) => arnOf(context, 'scheduler', `schedule/${context.text('GroupName') ?? 'default'}/${name}`),
  }),
  'AWS::Scheduler::ScheduleGroup': namedType({
    keptBy: 'recorded',
    notEmulated: 'nothing it could do',
    nameProperty: 'Name',
    arn: (context, name) => arnOf(context, 'scheduler', `schedule-group/${name}`),
  }),
  'AWS::Logs::LogGroup': namedType({
    keptBy: 'recorded',
    notEmulated: 'the logs API; workers write to files',
    nameProperty: 'LogGroupName',
    maxLength: 512,
    arn: (context, name) => arnOf(context, 'logs', `log-group:${name}:*`),
  }),
  'AWS::Logs::MetricFilter': plainType('recorded', 'metrics from logs'),
  'AWS::Logs::ResourcePolicy': plainType('recorded', 'the logs API'),
  'AWS::CloudWatch::Alarm': namedType({
    keptBy: 'recorded',
    notEmulated: 'evaluation and actions',
    nameProperty: 'AlarmName',
    maxLength: 255,
    arn: (context, name) => arnOf(context, 'cloudwatch', `alarm:${name}`),
  }),
  'AWS::CloudWatch::CompositeAlarm': namedType({
    keptBy: 'recorded',
    notEmulated: 'evaluation and actions',
    nameProperty: 'AlarmName',
    maxLength: 255,
    arn: (context, name) => arnOf(context, 'cloudwatch', `alarm:${name}`),
  }),
  'AWS::CloudWatch::Dashboard': namedType({
    keptBy: 'recorded',
    notEmulated: 'dashboards',
    nameProperty: 'DashboardName',
    maxLength: 255,
  }),
};
