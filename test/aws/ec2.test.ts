import { it } from 'vitest';

it.todo('ec2');
