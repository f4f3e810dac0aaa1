/**
 * `npm run docs:site`: the README and docs/ as a static site in site/, without scripts and without anything from the
 * web. Files of the repository that pages link to are copied into it as text. Every link is checked after building.
 */
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { anchorsOf, markdown, PAGES, plainText, readPage, root, withoutComments } from './docs/pages.ts';

const out = join(root, process.argv[2] ?? 'site');
const written = new Set<string>();

const STYLE = `:root { color-scheme: light dark; font: 16px/1.55 system-ui, sans-serif }
body { margin: 0; display: grid; grid-template-columns: 15rem minmax(0, 52rem); gap: 2rem }
nav { padding: 1.5rem 1rem; font-size: .9rem } nav ul { list-style: none; padding: 0 } nav li { margin: .3rem 0 }
main { padding: 1rem 1.5rem 4rem } img { max-width: 100% } pre, table { overflow-x: auto; display: block }
pre { padding: .8rem; background: #8881; border-radius: 6px } code { font-size: .9em } a { color: #0a66c2 }
td, th { padding: .3rem .6rem; border: 1px solid #8884; vertical-align: top; text-align: left }
@media (prefers-color-scheme: dark) { a { color: #6db3f2 } }
@media (max-width: 50rem) { body { display: block } }
`;

/** The navigation: the index first, then the guides by title; records and decisions are reached through pages. */
const guides = PAGES.filter((path) => /^docs\/[a-z-]+\.md$/.test(path))
  .map((path) => readPage(path))
  .sort((a, b) => (a.title < b.title ? -1 : 1));

/** Where a file of the repository stands in the site. */
const placeOf = (path: string): string => {
  if (path === 'README.md') return 'index.html';
  if (PAGES.includes(path)) return path.replace(/(?:README)?\.md$/, (end) => (end === '.md' ? '.html' : 'index.html'));
  if (/\.(?:png|svg|txt|json)$/.test(path)) return path;
  return statSync(join(root, path)).isDirectory() ? join('files', path, 'index.html') : join('files', `${path}.txt`);
};

function put(place: string, content: string): void {
  mkdirSync(dirname(join(out, place)), { recursive: true });
  writeFileSync(join(out, place), content);
  written.add(place);
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const hrefTo = (from: string, path: string): string => relative(dirname(from), placeOf(path)) || '.';

function frame(place: string, title: string, body: string): string {
  const item = (path: string, name: string) => `<li><a href="${hrefTo(place, path)}">${escaped(name)}</a></li>`;
  const items = [item('README.md', 'Countersign'), item('docs/README.md', 'Documentation')];
  const entries = [...items, ...guides.map((page) => item(page.path, page.title))].join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><link rel="stylesheet" href="${relative(dirname(place), 'style.css')}"></head>
<body><nav aria-label="Pages"><ul>
${entries}
</ul></nav><main>
${body}
</main></body></html>
`;
}

/** Copies a file that a page links to; a folder becomes a list of its files. */
function copyLinked(path: string): void {
  const place = placeOf(path);
  if (PAGES.includes(path) || written.has(place)) return;
  written.add(place);
  if (!statSync(join(root, path)).isDirectory()) {
    mkdirSync(dirname(join(out, place)), { recursive: true });
    copyFileSync(join(root, path), join(out, place));
    return;
  }
  const inside = readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => !/node_modules|cdk\.out/.test(name) && statSync(join(root, path, name)).isFile())
    .sort();
  for (const name of inside) copyLinked(normalize(join(path, name)));
  const list = inside.map((name) => {
    const href = hrefTo(place, normalize(join(path, name)));
    return `<li><a href="${href}">${escaped(name)}</a></li>`;
  });
  put(place, frame(place, path, `<h1>${escaped(path)}</h1><ul>${list.join('\n')}</ul>`));
}

function rendered(path: string): string {
  const place = placeOf(path);
  const tokens = markdown.parse(withoutComments(readFileSync(join(root, path), 'utf8')), {});
  const headings = tokens.flatMap((token, at) => (token.type === 'heading_open' ? [at] : []));
  const anchors = anchorsOf(headings.map((at) => plainText(tokens[at + 1]?.children ?? [])));
  for (const [index, at] of headings.entries()) tokens[at]?.attrSet('id', anchors[index] ?? '');
  for (const token of tokens.flatMap(({ children }) => children ?? []))
    for (const attribute of ['href', 'src']) {
      const link = token.attrGet(attribute)?.toString();
      if (link === undefined || /^[a-z][a-z0-9+.-]*:|^#/i.test(link)) continue;
      const [file = '', anchor] = link.split('#');
      const target = normalize(join(dirname(path), file)).replace(/\/$/, '');
      copyLinked(target);
      token.attrSet(attribute, hrefTo(place, target) + (anchor === undefined ? '' : `#${anchor}`));
    }
  return markdown.renderer.render(tokens, markdown.options, {});
}

/** @returns links of the written pages that lead nowhere. */
function deadLinksOfSite(): string[] {
  const html = [...written].filter((place) => place.endsWith('.html'));
  const idsOf = new Map(
    html.map((place) => [
      place,
      new Set([...readFileSync(join(out, place), 'utf8').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
    ]),
  );
  return html.flatMap((place) =>
    [...readFileSync(join(out, place), 'utf8').matchAll(/ (?:href|src)="([^"]*)"/g)].flatMap(([, link = '']) => {
      if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return [];
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? place : normalize(join(dirname(place), file));
      const isThere = statSync(join(out, target), { throwIfNoEntry: false })?.isFile() === true;
      const hasAnchor = anchor === undefined || idsOf.get(target)?.has(decodeURIComponent(anchor)) === true;
      return isThere && hasAnchor ? [] : [`${place}: ${link}`];
    }),
  );
}

rmSync(out, { recursive: true, force: true });
put('style.css', STYLE);
cpSync(join(root, 'docs/images'), join(out, 'docs/images'), { recursive: true });
for (const path of PAGES) put(placeOf(path), frame(placeOf(path), readPage(path).title, rendered(path)));
const dead = deadLinksOfSite();
for (const line of dead) console.error(`dead link: ${line}`);
if (dead.length > 0) process.exitCode = 1;
else console.log(`${[...written].filter((place) => place.endsWith('.html')).length} pages in ${relative(root, out)}/.`);
