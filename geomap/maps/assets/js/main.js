// ==========================================================================================================
// One map: `app` is what its parts share. app.state is what can be filtered, chosen and kept in the address;
// app.on('filter', act) calls act after each change of the filters.
function mount(map, dataId) {
  const holder = document.getElementById(dataId), box = map.getContainer();
  function broken(error) {
    box.classList.add('gm');
    const node = el('div', 'gm-nothing gm-broken');
    node.setAttribute('role', 'alert');
    // Before the data are read there is no table of words: these two sentences stand in English.
    node.textContent = typeof DecompressionStream === 'undefined' ? 'This browser cannot unpack the data of this page. A newer one can (Chrome 80, Firefox 113, Safari 16.4 or later).'
      : 'The data in this page are damaged (' + error.message + '). Make the map again.';
    box.appendChild(node);
  }
  let found;
  try { found = unpack(holder.textContent.trim()); } catch (error) { broken(error); return; }
  holder.textContent = '';  // read: a second copy of the texts is only weight
  if (found instanceof Promise) found.then(data => start(map, data), broken);
  else start(map, found);
}

function start(map, data) {
  const box = map.getContainer(), heard = {}, darkness = window.matchMedia('(prefers-color-scheme: dark)');
  useWords(data.words);
  const state = { q: '', from: null, to: null, undated: true, score: 0, on: -1, table: false, theme: null };
  const app = { map: map, data: data, box: box, state: state, css: {}, dark: false, spider: null, print: null };
  app.on = (event, act) => { (heard[event] = heard[event] || []).push(act); };
  app.fire = event => (heard[event] || []).forEach(act => act());
  app.isAdding = () => false; app.mine = () => []; app.leaveAdding = () => {}; app.remember = () => {};

  box.classList.add('gm');
  if (W.dir === 'rtl') box.classList.add('gm-rtl');
  box.lang = W.lang;
  box.setAttribute('role', 'application');
  box.setAttribute('aria-label', T.map);
  map.options.maxZoom = 18; map.setMinZoom(1); map.options.zoomSnap = 0.5; map.options.worldCopyJump = true;

  // -- light and dark, and the styles that the canvases need --
  app.applyTheme = function () {
    app.dark = state.theme ? state.theme === 'dark' : darkness.matches;
    box.dataset.theme = app.dark ? 'dark' : 'light';
    const style = getComputedStyle(box);
    BASE_CSS.concat(['ink', 'past', 'accent', 'panel']).forEach(key => { app.css[key] = style.getPropertyValue('--gm-' + key).trim(); });
    app.css.font = style.getPropertyValue('font-family') || 'sans-serif';
    app.redraw();
  };
  app.redraw = function () {
    if (!app.base) return;
    if (app.base.has) app.base.base.redraw();
    app.base.letters.redraw(); app.shapes.redraw();
    app.fire('redraw');
  };

  const store = app.store = makeStore(data);
  const filters = app.filters = makeFilters(store, state);
  app.visible = () => filters.visible;
  app.incident = i => store.incident(i);
  filters.reset();

  [['gmBase', 150], ['gmShapes', 350], ['gmLetters', 360]].forEach(pane => {
    map.createPane(pane[0]).style.zIndex = pane[1];
    map.getPane(pane[0]).style.pointerEvents = 'none';
  });
  app.frame = makeFrame(app);
  makeAddress(app);
  app.changed = () => app.remember(true);
  const areas = data.areas ? areasLayer(app) : null;
  if (areas) { app.keeps = [{ key: 'areas', read: areas.value, write: areas.set }]; app.on('redraw', areas.redraw); }
  const kept = app.restore();
  app.applyTheme();
  makeMarks(app);
  app.shapes = makeShapes(app);
  app.base = baseMap(map, data, app.css, app.signPoints);
  if (app.base.has) box.classList.add('gm-has-base');

  makeLegend(app);
  makeList(app);
  if (!data.embed) makeAdding(app);
  if (!data.embed) makeCorrecting(app);
  makeDetail(app);
  makeExports(app);
  makeMethod(app);
  if (areas) app.frame.body.insertBefore(areas.section, app.frame.body.querySelector('.gm-export'));
  app.frame.tool('gm-tool-theme', 'M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z', () => {
    state.theme = app.dark ? 'light' : 'dark'; app.applyTheme(); app.remember();
  }, T.theme);
  box.classList.toggle('gm-embed', !!data.embed);

  app.apply = function () {
    filters.compute();
    app.fire('filter');
    if (app.shapes._map) { app.shapes.redraw(); app.base.letters.redraw(); }
    if (state.on >= 0) { if (filters.seen[state.on]) app.paintDetail(); else app.select(-1, {}); }
    app.remember();
  };
  app.reset = function () { if (app.stopPlaying) app.stopPlaying(); filters.reset(); app.apply(); };

  app.sheet(data.embed ? 'peek' : 'list');
  app.apply();
  map.invalidateSize({ animate: false });
  if (kept.view) { app.moved = true; map.setView(kept.view.at, kept.view.zoom, { animate: false }); } else app.fit(false);
  app.showMarks();
  if (app.base.has) app.base.base.addTo(map);
  app.shapes.addTo(map);
  app.base.letters.addTo(map);
  app.startRemembering();
  if (kept.id !== null) {
    const i = store.find(kept.id);
    if (i >= 0 && filters.seen[i]) app.select(i, { from: kept.view ? 'map' : 'hash' });
    else if (i < 0) app.tell(T.unknownIncident);
    else app.tell(T.hiddenByFilter, () => { app.reset(); filters.facet('c').off.fill(0); app.apply(); app.select(i, { from: 'hash' }); });
  }
  darkness.addEventListener('change', app.applyTheme);
  map.on('click', e => {
    // A button that its own click took out of a panel: Leaflet no longer sees that it was in one.
    if (e.originalEvent && !e.originalEvent.target.isConnected) return;
    if (app.isAdding()) app.putPlace(e.latlng);
    else if (app.spider) app.unfan();
    else if (state.on >= 0) app.select(-1, {});
  });
  box.classList.add('gm-ready');
  return app;
}
window.geomapMount = mount;
