// ---- the address keeps the state: every filter, the selection, the table, the view -----------------------------------
function makeAddress(app) {
  const filters = app.filters, state = app.state, store = app.store, map = app.map;
  app.canRemember = /^(file|https?):$/.test(location.protocol) && window.self === window.top;
  let quiet = true, due = 0, last = 0;
  app.moved = false;
  // A name too long for an address is its number in this page.
  const LONG = 80;
  const told = (facet, v) => String(facet.labels[v]).length > LONG ? '~' + v : encode(String(facet.labels[v]).replace(/^~/, '~~'));
  function heard(facet, text) {
    if (/^~\d{1,7}$/.test(text)) return +text.slice(1);
    const word = decodeURIComponent(text).replace(/^~~/, '~');
    return facet.labels.indexOf(word);
  }
  function write() {
    const parts = [];
    filters.facets.forEach(facet => {
      if (filters.isStandard(facet)) return;
      const off = [], on = [];
      facet.off.forEach((out, v) => { if (facet.totals[v]) (out ? off : on).push(v); });
      // What is shorter: what is off, or what alone is on.
      parts.push(on.length < off.length ? facet.key + '.only=' + on.map(v => told(facet, v)).join(',') : facet.key + '=' + off.map(v => told(facet, v)).join(','));
    });
    if (state.q) parts.push('q=' + encode(state.q));
    if (state.from !== null) parts.push('from=' + isoDay(state.from));
    if (state.to !== null) parts.push('to=' + isoDay(state.to));
    if (!state.undated) parts.push('undated=0');
    if (state.score > 0) parts.push('score=' + Math.round(state.score * 100));
    if (state.table) parts.push('table=1');
    if (state.theme) parts.push('theme=' + state.theme);
    (app.keeps || []).forEach(keep => { const value = keep.read(); if (value) parts.push(keep.key + '=' + encode(value)); });
    if (app.moved && map._loaded) {
      const at = map.getCenter();
      parts.push('at=' + at.lat.toFixed(4) + ',' + at.lng.toFixed(4) + ',' + map.getZoom());
    }
    if (state.on >= 0) parts.push('id=' + encode(store.ids[state.on]));
    history.replaceState(null, '', parts.length ? '#' + parts.join('&') : location.pathname + location.search);
  }
  // Browsers refuse more than a hundred or two changes of the address in half a minute: a slider makes more.
  const PAUSE = 250;
  app.remember = function (now) {
    if (!app.canRemember || quiet) return;
    clearTimeout(due);
    const since = performance.now() - last;
    // The address waits until what was changed has been drawn.
    if (now) { last = performance.now(); write(); } else due = setTimeout(() => app.remember(true), Math.max(30, PAUSE - since));
  };
  const day = text => {
    if (/^-?\d{1,7}$/.test(text)) return +text;  // as earlier maps wrote it
    const stamp = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text + 'T00:00:00Z') : NaN;
    return isNaN(stamp) ? null : Math.round(stamp / DAY);
  };
  app.restore = function () {
    let wanted = null, view = null;
    if (!app.canRemember) return { id: null, view: null };
    location.hash.slice(1).split('&').forEach(part => {
      const cut = part.indexOf('='), key = part.slice(0, cut), value = part.slice(cut + 1), facet = filters.facet(key.replace(/\.only$/, ''));
      if (cut < 0) return;
      try {
        if (facet) {
          const only = key.endsWith('.only');
          facet.off.fill(only ? 1 : 0);
          value.split(',').forEach(text => { const v = text ? heard(facet, text) : -1; if (v >= 0 && v < facet.off.length) facet.off[v] = only ? 0 : 1; });
        } else if (key === 'q') state.q = decodeURIComponent(value);
        else if (key === 'from' || key === 'to') state[key] = day(value);
        else if (key === 'undated') state.undated = value !== '0';
        else if (key === 'score' && /^\d{1,2}$/.test(value)) state.score = Math.min(95, +value) / 100;
        else if (key === 'table') state.table = value === '1';
        else if (key === 'theme' && (value === 'dark' || value === 'light')) state.theme = value;
        else if (key === 'id') wanted = decodeURIComponent(value);
        else if (key === 'at') {
          const numbers = /^(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?),(\d{1,2}(?:\.\d)?)$/.exec(value);
          if (numbers) view = { at: [+numbers[1], +numbers[2]], zoom: Math.max(1, Math.min(18, +numbers[3])) };
        } else (app.keeps || []).forEach(keep => { if (keep.key === key) keep.write(decodeURIComponent(value)); });
      } catch (error) { if (!(error instanceof URIError)) throw error; }
    });
    return { id: wanted, view: view };
  };
  app.startRemembering = function () {
    quiet = false;
    map.on('moveend', () => { app.moved = true; app.remember(); });
  };
  // Another address typed into the same page.
  window.addEventListener('hashchange', () => {
    quiet = true;
    filters.reset();
    state.table = false; state.theme = null;
    (app.keeps || []).forEach(keep => keep.write(''));
    const found = app.restore();
    app.applyTheme();
    app.showTable(state.table);
    app.apply();
    app.select(found.id === null ? -1 : store.find(found.id), { from: 'hash' });
    if (found.view) map.setView(found.view.at, found.view.zoom, { animate: false });
    quiet = false;
  });
}
