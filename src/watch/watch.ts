/** What the rooms of this folder tell, of whatever kind of telemetry. */
import type { Activity, Attributes, During, Told } from '../core/observing.ts';
import type { MetricName } from './metrics.ts';

/** The activity that is going on where it was asked for. */
export interface Here {
  traceparent: string;
  /** To what led to it. */
  link(traceparents: readonly string[]): void;
}
export interface Watch {
  during: During;
  /** One that does not hold what follows; ended by hand. */
  begin(activity: Activity): Told & { end(): void };
  here(): Here | undefined;
  measure(metric: MetricName, value: number, attributes: Attributes): void;
  close(): Promise<void>;
}
