// ---- frame: the panels, the tools, the sheet of a narrow page, and what they leave of the map --------------------------
function makeFrame(app) {
  const box = app.box, map = app.map, data = app.data;
  const left = el('section', 'gm-panel gm-left'), right = el('section', 'gm-panel gm-right');
  left.setAttribute('aria-label', T.legend);
  right.setAttribute('aria-label', T.list);
  right.tabIndex = -1;
  function keepEvents(node) {  // what happens in a panel is no click, drag or key of the map's
    L.DomEvent.disableClickPropagation(node); L.DomEvent.disableScrollPropagation(node);
    ['keydown', 'keypress', 'keyup', 'contextmenu'].forEach(type => node.addEventListener(type, e => e.stopPropagation()));
  }
  [left, right].forEach(node => { keepEvents(node); node.dir = W.dir; });
  const frame = { left: left, right: right, keepEvents: keepEvents };

  const tools = el('div', 'gm-tools');
  L.DomEvent.disableClickPropagation(tools);
  frame.tool = function (cls, path, act, label) {
    const node = button('gm-tool ' + cls, '', act, label);
    node.appendChild(icon(path));
    tools.appendChild(node);
    return node;
  };
  tools.appendChild(button('gm-tool', '+', () => map.zoomIn(), T.zoomIn));
  tools.appendChild(button('gm-tool', '−', () => map.zoomOut(), T.zoomOut));
  frame.tool('gm-tool-fit', 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5', () => app.fit(true), T.zoomAll);

  const head = el('header', 'gm-head'), title = el('h1', 'gm-title', null, name(data.title)), counter = el('p', 'gm-count');
  title.title = data.title.slice(0, 300);
  counter.setAttribute('role', 'status');
  head.appendChild(title); head.appendChild(counter);
  const skip = button('gm-skip', T.skip, () => { const first = right.querySelector('.gm-item'); if (first) { if (app.compact()) app.sheet('list'); first.focus(); } });
  left.appendChild(skip);
  left.appendChild(head);
  const tabs = el('div', 'gm-tabs'), body = el('div', 'gm-body-scroll');
  const tabList = button('gm-tab', T.list, () => app.sheet('list')), tabLegend = button('gm-tab', T.legend, () => app.sheet('legend'));
  const tabHide = button('gm-tab gm-tab-hide', '', () => app.sheet(box.dataset.sheet === 'peek' ? 'list' : 'peek'), T.show + ' / ' + T.hide);
  tabHide.appendChild(icon('M5 15l7-7 7 7'));
  [tabList, tabLegend, tabHide].forEach(t => tabs.appendChild(t));
  left.appendChild(tabs);
  left.appendChild(body);
  frame.body = body;
  box.insertBefore(left, box.firstChild);
  box.insertBefore(right, left.nextSibling);
  box.appendChild(tools);

  // A narrow page, and a map in a frame of another page: one sheet with the list, the legend or the evidence.
  const phone = window.matchMedia('screen and (max-width: 900px)');
  app.compact = () => data.embed || phone.matches;
  function fold_() { box.classList.toggle('gm-compact', app.compact()); }
  fold_();
  phone.addEventListener('change', () => { fold_(); map.invalidateSize(); });
  app.sheet = function (what) {
    if (what === 'list' && app.state.on >= 0) { app.select(-1, {}); }
    box.dataset.sheet = what;
    tabList.setAttribute('aria-pressed', String(what === 'list' || what === 'evidence'));
    tabLegend.setAttribute('aria-pressed', String(what === 'legend'));
    tabHide.setAttribute('aria-expanded', String(what !== 'peek'));
  };

  // What the panels leave free: padding in pixels on each side.
  let widths = null;
  app.panelsChanged = () => { widths = null; };
  app.padding = function () {
    const size = map.getSize();
    if (app.compact()) {
      const low = app.isAdding() ? right.offsetHeight + 20 : box.dataset.sheet === 'peek' ? 130 : Math.round(size.y * 0.52) + 20;
      // The tools stand on the left, on the right for scripts that run that way: a pin needs half its width beside them.
      return box.classList.contains('gm-rtl') ? { l: 36, t: 50, r: 76, b: low } : { l: 76, t: 50, r: 36, b: low };
    }
    // Asking for a width makes the browser lay out the page: once for each size of it.
    const key = size.x + ' ' + size.y;
    if (!widths || widths.key !== key) {
      const drawer = box.querySelector('.gm-table-open');
      widths = { key: key, left: left.offsetWidth, right: right.offsetWidth, low: drawer ? drawer.offsetHeight + 30 : 50 };
    }
    const low = widths.low, a = Math.min(widths.left + 84, size.x * 0.45), b = Math.min(widths.right + 60, size.x * 0.45);
    return box.classList.contains('gm-rtl') ? { l: b, t: 60, r: a, b: low } : { l: a, t: 60, r: b, b: low };
  };

  app.on('filter', () => {
    const n = app.filters.visible.length;
    counter.textContent = fill(app.store.n === 1 ? T.one : T.showing, { n: count(n), m: count(app.store.n) });
    box.classList.toggle('gm-empty', !n);
  });

  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution(fill(T.attribution, { v: data.view }));
  L.control.scale({ position: 'bottomleft', maxWidth: 120, imperial: false }).addTo(map);

  function nothing() {  // said clearly, with a way back
    const node = el('div', 'gm-nothing', null, el('p', null, app.store.n ? T.nothing : T.empty)), why = el('p', 'gm-dim');
    if (app.store.n) { node.appendChild(why); node.appendChild(button('gm-button', T.reset, () => app.reset())); }
    node.hidden = true;
    app.on('filter', () => {
      node.hidden = app.filters.visible.length > 0;
      if (!node.hidden && app.store.n) why.textContent = fill(T.nothingWhy, { v: app.inUse().join(', ') });
    });
    return node;
  }
  frame.nothing = nothing;
  return frame;
}
