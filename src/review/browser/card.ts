/**
 * The script of the card in a client's frame: speaks MCP Apps with its host, and shows the card of the newest answer.
 *
 * SECURITY: it sends its size and nothing else, asks for nothing, and has nothing to press. The document's policy runs
 * this script only, whatever a card holds.
 */
const PROTOCOL = '2026-01-26';
const CARD_META_KEY = 'countersign/card';
const INITIALIZE = 1;

interface Message {
  jsonrpc?: unknown;
  id?: unknown;
  method?: unknown;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
}

const host = window.parent;
const send = (message: object): void => host.postMessage({ jsonrpc: '2.0', ...message }, '*');

function show(params: Record<string, unknown>): void {
  const html = (params._meta as Record<string, unknown> | undefined)?.[CARD_META_KEY];
  const main = document.querySelector('main');
  if (!main) return;
  const card =
    typeof html === 'string' ? new DOMParser().parseFromString(html, 'text/html').querySelector('main.card') : null;
  if (card) main.replaceWith(document.adoptNode(card));
  else {
    const content = Array.isArray(params.content) ? (params.content as { text?: unknown }[]) : [];
    main.textContent = content.map(({ text }) => (typeof text === 'string' ? text : '')).join('\n');
  }
}

/** What the style says of the dark, when the host and not the machine decides on it. */
const dark = new WeakSet<CSSRule>();
function setTheme(context: Record<string, unknown> | undefined): void {
  const theme = context?.theme;
  if (theme !== 'light' && theme !== 'dark') return;
  document.documentElement.style.colorScheme = theme;
  for (const rule of document.styleSheets[0]?.cssRules ?? [])
    if (rule instanceof CSSMediaRule && (dark.has(rule) || rule.conditionText === '(prefers-color-scheme: dark)')) {
      dark.add(rule);
      rule.media.mediaText = theme === 'dark' ? 'all' : 'not all';
    }
}

function take({ id, method, params = {}, result }: Message): void {
  if (id === INITIALIZE && result) {
    setTheme(result.hostContext as Record<string, unknown> | undefined);
    send({ method: 'ui/notifications/initialized', params: {} });
    tellSize();
    return;
  }
  if (method === 'ui/notifications/tool-result') show(params);
  else if (method === 'ui/notifications/host-context-changed') setTheme(params);
  else if (method === 'ui/resource-teardown' || method === 'ping') send({ id, result: {} });
  else if (id !== undefined && typeof method === 'string')
    send({ id, error: { code: -32_601, message: 'This card only shows.' } });
}

function tellSize(): void {
  const { width, height } = document.documentElement.getBoundingClientRect();
  send({ method: 'ui/notifications/size-changed', params: { width: Math.ceil(width), height: Math.ceil(height) } });
}

window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
  if (source !== host || typeof data !== 'object' || data === null) return;
  const message = data as Message;
  if (message.jsonrpc === '2.0') take(message);
});
new ResizeObserver(tellSize).observe(document.documentElement);
send({
  id: INITIALIZE,
  method: 'ui/initialize',
  params: { appInfo: { name: 'countersign', version: '1' }, appCapabilities: {}, protocolVersion: PROTOCOL },
});
