/** Two stacks: the data, and a worker that writes it. `-c memory=512` and `-c key=order_id` change them. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';

const app = new App();
const setting = (name, otherwise) => app.node.tryGetContext(name) ?? otherwise;
const env = { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION };

const data = new Stack(app, 'shop-data', { env });
const orders = new TableV2(data, 'Orders', {
  tableName: 'orders',
  partitionKey: { name: setting('key', 'id'), type: AttributeType.STRING },
});

const shop = new Stack(app, 'shop-worker', { env });
const jobs = new Queue(shop, 'Jobs', { visibilityTimeout: Duration.seconds(60) });
const worker = new LambdaFunction(shop, 'Worker', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: Code.fromAsset('worker'),
  memorySize: Number(setting('memory', 256)),
  environment: { TABLE: orders.tableName },
});
orders.grantReadWriteData(worker);
worker.addEventSource(new SqsEventSource(jobs));
