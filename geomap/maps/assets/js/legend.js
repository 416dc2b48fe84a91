// ---- the legend, whose rows are the filters ---------------------------------------------------------------------
function makeLegend(app) {
  const body = app.frame.body, filters = app.filters, state = app.state, store = app.store;
  // Sources and actors may be thousands: so many stand there at first, and so many at most.
  const FEW = 6, MOST = 200;
  const search = el('input', 'gm-search');
  search.type = 'search'; search.placeholder = T.search; search.setAttribute('aria-label', T.search);
  let typing = 0;
  search.addEventListener('input', () => {
    state.q = search.value;
    // Many incidents: not for each letter of a word that is being typed.
    clearTimeout(typing);
    if (store.n < 3000) app.apply(); else typing = setTimeout(() => app.apply(), 150);
  });
  body.appendChild(search);
  body.appendChild(app.frame.nothing());

  function group(title) {
    const set = el('div', 'gm-facet', null, el('div', 'gm-legend', null, el('h2', null, title)));
    set.setAttribute('role', 'group'); set.setAttribute('aria-label', title);
    return set;
  }
  const looks = {
    t: { title: T.type, label: v => store.specs[v].label, sign: v => sign(store.specs[v], 'circle', { fill: 'solid' }, true) },
    c: { title: T.certainty, label: v => (W.certainty[app.data.certainties[v]] || [app.data.certainties[v]])[0], hint: v => (W.certainty[app.data.certainties[v]] || [])[1],
      sign: v => sign(PLAIN, 'circle', formOf(app.data.certainties[v], 'stated'), true) },
    l: { title: T.level, label: v => (W.level[app.data.levels[v]] || [app.data.levels[v]])[0], hint: v => (W.level[app.data.levels[v]] || [])[1],
      sign: v => sign(PLAIN, 'circle', formOf('reported', app.data.levels[v]), true) },
    k: { title: T.precision, label: v => W.kind[KINDS[v]][0], hint: v => W.kind[KINDS[v]][1], sign: v => kindSign(KINDS[v]) },
    o: { title: T.source, label: v => filters.facet('o').labels[v] },
    a: { title: T.actor, label: v => filters.facet('a').labels[v] }
  };
  function facetNode(facet) {
    const look = looks[facet.key], many = facet.key === 'o' || facet.key === 'a';
    let values = Array.from(facet.labels, (_, v) => v).filter(v => facet.totals[v]);
    if (values.length < (facet.key === 't' || facet.key === 'c' || facet.key === 'k' ? 1 : 2)) return null;
    if (facet.key === 't') values.sort((a, b) => store.specs[a].order - store.specs[b].order || a - b);
    if (many) values.sort((a, b) => facet.totals[b] - facet.totals[a] || a - b);
    const set = group(look.title), rows = el('div'), built = new Map();
    let open = false, wanted = '';
    if (values.length > 2) {
      const both = el('span', 'gm-both');
      both.appendChild(button('gm-mini', T.all, () => { facet.off.fill(0); app.apply(); }, look.title + ': ' + T.all));
      both.appendChild(button('gm-mini', T.none, () => { facet.off.fill(1); app.apply(); }, look.title + ': ' + T.none));
      set.firstChild.appendChild(both);
    }
    set.appendChild(rows);
    function row(v) {
      if (built.has(v)) return built.get(v);
      const node = el('div', 'gm-row'), label = el('label'), check = el('input'), number = el('span', 'gm-n'), words = look.label(v);
      check.type = 'checkbox'; check.dataset.facet = facet.key; check.dataset.value = String(facet.labels[v]).slice(0, 100);
      check.addEventListener('change', () => { facet.off[v] = check.checked ? 0 : 1; app.apply(); });
      label.appendChild(check);
      if (look.sign) label.appendChild(look.sign(v));
      label.appendChild(el('span', 'gm-label', null, name(words.length > 90 ? words.slice(0, 89) + '…' : words)));
      if (look.hint && look.hint(v)) label.title = look.hint(v);
      node.appendChild(label);
      if (values.length > 1) node.appendChild(button('gm-mini gm-only', T.only, () => { facet.off.fill(1); facet.off[v] = 0; app.apply(); }, fill(T.onlyOf, { v: words.slice(0, 90) })));
      node.appendChild(number);
      const one = { node: node, check: check, number: number, on: null, n: -1 };
      built.set(v, one);
      return one;
    }
    function chosen() {
      if (!many || values.length <= FEW + 1) return values;
      if (!open) return values.slice(0, FEW);
      return values.filter(v => !wanted || fold(looks[facet.key].label(v)).indexOf(wanted) >= 0).slice(0, MOST);
    }
    function lay() {
      rows.textContent = '';
      const now = chosen();
      now.forEach(v => rows.appendChild(row(v).node));
      if (!now.length) rows.appendChild(el('p', 'gm-dim', T.noneFound));
      paint();
    }
    function paint() {
      chosen().forEach(v => {
        const one = row(v), on = !facet.off[v], n = facet.counts[v];
        if (one.check.checked !== on) one.check.checked = on;
        if (one.n !== n) { one.number.textContent = count(n); one.n = n; one.node.classList.toggle('gm-zero', !n); }
        one.node.classList.toggle('gm-off', !on);
      });
    }
    if (many && values.length > FEW + 1) {
      const find = el('input', 'gm-search gm-find'), words = fill(T.find, { v: look.title });
      find.type = 'search'; find.placeholder = words; find.setAttribute('aria-label', words); find.hidden = true;
      find.addEventListener('input', () => { wanted = fold(find.value.trim()); lay(); });
      set.insertBefore(find, rows);
      const more = button('gm-mini gm-more', fill(T.showAll, { n: count(values.length) }), () => {
        open = !open; find.hidden = !open; if (!open) { find.value = wanted = ''; }
        more.textContent = open ? T.showFew : fill(T.showAll, { n: count(values.length) });
        more.setAttribute('aria-expanded', String(open));
        lay();
      });
      more.setAttribute('aria-expanded', 'false');
      set.appendChild(more);
    }
    lay();
    app.on('filter', paint);
    return set;
  }
  const nodes = {};
  filters.facets.forEach(facet => { nodes[facet.key] = facetNode(facet); });
  ['t', 'c'].forEach(key => { if (nodes[key]) body.appendChild(nodes[key]); });
  const dateSet = makeDates(app, group);
  if (store.n) body.appendChild(dateSet);
  ['l', 'k'].forEach(key => { if (nodes[key]) body.appendChild(nodes[key]); });

  // -- score --
  const scores = new Set(store.score);
  const slide = el('input', 'gm-score'), told = el('p', 'gm-range');
  if (scores.size > 1) {
    const set = group(T.score);
    slide.type = 'range'; slide.min = 0; slide.max = 95; slide.step = 5; slide.value = 0;
    slide.setAttribute('aria-label', T.score);
    slide.addEventListener('input', () => { state.score = +slide.value / 100; app.apply(); });
    set.appendChild(slide); set.appendChild(told);
    body.appendChild(set);
  }
  ['o', 'a'].forEach(key => { if (nodes[key]) body.appendChild(nodes[key]); });
  app.on('filter', () => {
    if (document.activeElement !== search || search.value !== state.q) search.value = state.q;
    slide.value = Math.round(state.score * 100);
    told.textContent = state.score > 0 ? fill(T.scoreAtLeast, { n: Math.round(state.score * 100) }) : T.scoreAny;
    slide.setAttribute('aria-valuetext', told.textContent);
  });

  // What is filtered, in words: for "nothing matches" and for print.
  app.inUse = function () {
    const out = [];
    filters.facets.forEach(facet => { if (!filters.isStandard(facet)) out.push(looks[facet.key].title); });
    if (state.q.trim()) out.push('“' + state.q.trim().slice(0, 60) + '”');
    if (state.from !== null || state.to !== null || !state.undated) out.push(T.when);
    if (state.score > 0) out.push(T.score);
    return out;
  };
  app.legendRows = function () {  // for print: what is shown of each facet that signs stand for
    return ['t', 'c', 'k'].map(key => ({ title: looks[key].title, rows: Array.from(filters.facet(key).labels, (_, v) => v)
      .filter(v => filters.facet(key).counts[v] && !filters.facet(key).off[v])
      .sort((a, b) => key === 't' ? store.specs[a].order - store.specs[b].order : a - b).map(v => ({ sign: looks[key].sign(v), label: looks[key].label(v), n: filters.facet(key).counts[v] })) }));
  };
}

function makeMethod(app) {
  const data = app.data, note = el('details', 'gm-method');
  note.appendChild(el('summary', null, T.method));
  const star = data.kosovo.indexOf('*') < 0 ? '' : W.kosovoStar;
  W.method.map(part => [part[0], fill(part[1], part[1].indexOf('{w}') >= 0 ? { v: data.kosovo, w: star } : { v: data.viewNote })])
    .concat(data.baseNotes || []).concat(data.notes.map(text => ['', text])).forEach(part => {
      if (part[0]) note.appendChild(el('h3', null, part[0]));
      const p = el('p', null, part[1]);
      if (W.methodLang !== W.lang) p.lang = W.methodLang;
      p.dir = 'auto';
      note.appendChild(p);
    });
  app.frame.body.appendChild(note);
}
