/** The Markdown pages that people read, with the anchors and links of each, as GitHub resolves them. */
import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import MarkdownIt from 'markdown-it';

export const root = new URL('../../', import.meta.url).pathname;

export const PAGES: readonly string[] = [
  ...globSync('*.md', { cwd: root }),
  ...globSync('docs/**/*.md', { cwd: root }),
  ...globSync('examples/**/*.md', { cwd: root, exclude: (path) => path.includes('node_modules') }),
].sort();

/** HTML comments say how a test runs an example; all other HTML stays text. */
export const markdown = new MarkdownIt({ html: false, linkify: false });

export const withoutComments = (text: string): string => text.replaceAll(/^<!--[\s\S]*?-->\n?/gm, '');

export interface Page {
  path: string;
  text: string;
  title: string;
  anchors: ReadonlySet<string>;
  /** As written, images too. */
  links: readonly string[];
}

/** GitHub's: lower case, without punctuation, spaces as hyphens. */
export const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

/** A repeated heading gets `-1`, `-2`, … */
export function anchorsOf(headings: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return headings.map((heading) => {
    const slug = slugOf(heading);
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

export function readPage(path: string, text = readFileSync(join(root, path), 'utf8')): Page {
  const tokens = markdown.parse(withoutComments(text), {});
  const headings = tokens.flatMap((token, at) =>
    token.type === 'heading_open' ? [plainText(tokens[at + 1]?.children ?? [])] : [],
  );
  const links = tokens
    .flatMap(({ children }) => children ?? [])
    .flatMap((token) =>
      token.type === 'link_open' || token.type === 'image'
        ? [String(token.attrGet('href') ?? token.attrGet('src') ?? '')]
        : [],
    );
  return { path, text, title: headings[0] ?? path, anchors: new Set(anchorsOf(headings)), links };
}

/** As shown: code without its marks, a link as its words. */
export const plainText = (tokens: readonly { type: string; content: string }[]): string =>
  tokens.map(({ type, content }) => (type === 'text' || type === 'code_inline' ? content : '')).join('');

/** @returns one line for each dead link of the page. Addresses on the web are read for their form only. */
export function deadLinks(page: Page, pages: ReadonlyMap<string, Page>): string[] {
  return page.links.flatMap((link) => {
    const reason = deadBecause(link, page, pages);
    return reason === undefined ? [] : [`${page.path}: ${link}: ${reason}`];
  });
}

function deadBecause(link: string, page: Page, pages: ReadonlyMap<string, Page>): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return URL.canParse(link) ? undefined : 'is not an address';
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page.path : relative(root, join(root, dirname(page.path), decodeURIComponent(file)));
  if (target.startsWith('..')) return 'leaves the repository';
  if (!statSync(join(root, target), { throwIfNoEntry: false })) return 'no such file';
  if (anchor === undefined) return undefined;
  const named = target === page.path ? page : pages.get(target);
  return named?.anchors.has(decodeURIComponent(anchor)) ? undefined : 'no such heading';
}
