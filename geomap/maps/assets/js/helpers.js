// ---- small helpers -----------------------------------------------------------------------------------
function el(tag, cls, text) {
  var node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text !== undefined && text !== null) node.textContent = String(text);
  for (var i = 3; i < arguments.length; i++) if (arguments[i]) node.appendChild(arguments[i]);
  return node;
}
function svg(tag, attrs) {
  var node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (var key in attrs) node.setAttribute(key, attrs[key]);
  for (var i = 2; i < arguments.length; i++) if (arguments[i]) node.appendChild(arguments[i]);
  return node;
}
function name(text, cls) {  // a name in its own direction: one right-to-left override can't turn its neighbours
  return el('bdi', cls, text);
}
function fill(text, values) {
  return text.replace(/\{(\w)\}/g, function (_, key) { return values[key]; });
}
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
function fold(text) {
  return text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
}
function button(cls, text, act, label) {
  var node = el('button', cls, text);
  node.type = 'button';
  if (label) { node.setAttribute('aria-label', label); node.title = label; }
  node.addEventListener('click', act);
  return node;
}
function dayText(number) {
  return days().format(new Date(number * DAY));
}
function isoDay(number) {
  return new Date(number * DAY).toISOString().slice(0, 10);
}
function count(number) {
  return number < 1000 ? String(number) : numbers().format(number);
}
// Words with nodes at their {keys}: article text stands in its own element there.
function filled(text, nodes) {
  const out = document.createDocumentFragment();
  text.split(/\{(\w)\}/).forEach((part, n) => {
    if (n % 2) out.appendChild(nodes[part]); else if (part) out.appendChild(document.createTextNode(part));
  });
  return out;
}
function icon(path) {
  return svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', class: 'gm-icon' }, svg('path', { d: path }));
}
function safeLink(url) {
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url.trim())) return null;
  try { return new URL(url.trim()).href; } catch (error) { return null; }
}
function encode(text) {  // half a character, which a broken file may hold, has no place in an address
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
function reduced() {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}
