/** What a pull request is to Countersign, and what attending to it asks of the two sides. */

/** One pull or merge request. Of its author's words, nothing is here. */
export interface PullRequest {
  number: number;
  /** `owner/name` of the repository that it wants to change. */
  repository: string;
  /** For names too long for a ticket. */
  repositoryId: string;
  /** Its newest commit, in full. */
  head: string;
  /** Its commits lie in another repository: written by people who may not write here. */
  isFork: boolean;
  isMerged: boolean;
  labels: readonly string[];
}

export type StatusState = 'pending' | 'success' | 'failure' | 'error';

/** Where pull requests live. Everything throws CountersignError: CI_FORGE_REFUSED, CI_FORGE_UNREACHABLE. */
export interface Forge {
  /** How it writes its requests: `owner/name#7`, `group/name!7`. */
  readonly mark: '#' | '!';
  openRequests(): Promise<PullRequest[]>;
  /** The template as it is in this commit. @throws INPUT_NOT_FOUND */
  template(request: PullRequest): Promise<string>;
  /**
   * Writes our one comment about this stack again, or for the first time.
   * @param onlyUpdate writes none where there is none.
   */
  comment(request: PullRequest, body: string, onlyUpdate: boolean): Promise<void>;
  status(request: PullRequest, state: StatusState, text: string): Promise<void>;
  /** So that it can be added again. */
  takeLabel(request: PullRequest): Promise<void>;
}

export type Answer =
  | { ok: true; content: Record<string, unknown> }
  | { ok: false; code: string; message: string; remedy: string };

/** The Countersign that plans: this job's own, or one behind ssh. */
export interface StateServer {
  /** Its state outlives this job, so that something can be proposed. */
  readonly keepsState: boolean;
  call(tool: string, input: Record<string, unknown>): Promise<Answer>;
  /** `countersign show`, whole. */
  show(changeId: string): Promise<string>;
}

export interface Settings {
  /** Its name, or that of the workspace. */
  stack: string;
  /** Planned in place of a template: of the folder that the policy names, at the commit of the request. */
  workspace?: string | undefined;
  /** Of that workspace: a plan that the job made itself. */
  planFile?: string | undefined;
  goal: string;
  label: string;
  region?: string | undefined;
  account?: string | undefined;
  parameters?: Record<string, string> | undefined;
  /** How reviewers call the host of the state: `ssh NAME`. */
  reviewersHost: string;
  /** Where the whole text will be: told in the comment. */
  whereWhole?: string | undefined;
  /** Why this job must not propose, in a sentence. */
  mustNotPropose: string | undefined;
}

/** What became of one request. */
export interface Report {
  request: PullRequest;
  /** Absent: nothing was planned. */
  planned?: Answer | undefined;
  /** The answer of describe_change. */
  change?: Record<string, unknown> | undefined;
  /** The live stack is what the template says. */
  isDeployed: boolean;
  /** Sentences of ours. */
  notes: string[];
  /** Everything, as text. */
  whole: string;
}
