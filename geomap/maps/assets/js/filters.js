// ---- filters: each fails an incident by a bit of its own, so that every facet can be counted without itself ---------
// A facet is a question with values: its values of incident i are items[start[i]..start[i + 1]].
function facetOf(key, n, labels, valuesOf) {
  const start = new Int32Array(n + 1), items = [];
  for (let i = 0; i < n; i++) {
    const own = valuesOf(i);
    for (let j = 0; j < own.length; j++) if (own.indexOf(own[j]) === j) items.push(own[j]);
    start[i + 1] = items.length;
  }
  const facet = { key: key, labels: labels, start: start, items: Int32Array.from(items), off: new Uint8Array(labels.length), counts: new Int32Array(labels.length) };
  const totals = new Int32Array(labels.length);
  items.forEach(v => { totals[v]++; });
  facet.totals = totals;
  return facet;
}

function makeFilters(store, state) {
  const data = store.data, strings = store.strings, table = store.table, n = store.n;
  const kindLists = KINDS.map((_, k) => [k]), none = KINDS.indexOf('none');
  const kindsOf = i => {
    const f = table.f[i];
    if (!f.length) return kindLists[none];
    if (f.length === 1) return kindLists[store.drawings[f[0][0]].kind];
    return f.map(one => store.drawings[one[0]].kind);
  };
  // Sources and actors by name: many rows of their tables may bear one.
  function byName(count, nameOf) {
    const names = [], numbers = new Map(), of = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const text = nameOf(i);
      if (!numbers.has(text)) { numbers.set(text, names.length); names.push(text); }
      of[i] = numbers.get(text);
    }
    return { names: names, of: of };
  }
  const told = byName(data.sources.source.length, i => strings[data.sources.source[i]] || strings[data.sources.title[i]] || strings[data.sources.doc_id[i]] || '?');
  const acting = byName(data.actors.x.length, i => strings[data.actors.x[i]] || '?');
  const noSource = [told.names.length], noActor = [acting.names.length];
  const facets = [
    facetOf('t', n, store.typeNames, i => [store.type[i]]),
    facetOf('c', n, data.certainties, i => [store.certainty[i]]),
    facetOf('l', n, data.levels, i => [store.level[i]]),
    facetOf('k', n, KINDS, kindsOf),
    facetOf('o', n, told.names.concat([T.noSource]), i => table.o[i].length ? table.o[i].filter((_, j) => j % 2 === 0).map(s => told.of[s]) : noSource),
    facetOf('a', n, acting.names.concat([T.noActor]), i => table.a[i].length ? table.a[i].map(a => acting.of[a]) : noActor)
  ];
  const past = data.certainties.indexOf('historical');
  const DATE = 1 << 6, SEARCH = 1 << 7, SCORE = 1 << 8, fails = new Uint16Array(n), seen = new Uint8Array(n);
  const filters = { facets: facets, fails: fails, seen: seen, visible: new Int32Array(0), undatedCount: 0, DATE: DATE };
  filters.facet = key => facets.find(f => f.key === key);

  // A map of nothing but background would look empty for no reason that a reader can see.
  const allPast = past >= 0 && data.certainties.length === 1;
  filters.standard = function (facet, v) { return facet.key === 'c' && v === past && !allPast ? 1 : 0; };
  filters.reset = function () {
    facets.forEach(facet => { for (let v = 0; v < facet.off.length; v++) facet.off[v] = filters.standard(facet, v); });
    state.q = ''; state.from = state.to = null; state.undated = true; state.score = 0;
  };
  filters.isStandard = facet => facet.off.every((off, v) => !facet.totals[v] || off === filters.standard(facet, v));

  // -- search: a word is looked up in the distinct texts first, then along the tables --
  let folded = null;
  filters.warm = function () {
    if (!folded) folded = strings.map(text => text === null ? '' : fold(text));
    return folded;
  };
  function searchHits(word) {
    const texts = filters.warm(), hit = new Uint8Array(texts.length);
    for (let i = 1; i < texts.length; i++) if (texts[i].indexOf(word) >= 0) hit[i] = 1;
    const sites = data.sites, siteHit = sites.n.map((s, i) => hit[s] | hit[sites.a1[i]] | hit[sites.cc[i]]);
    const mentionHit = data.mentions.x.map((x, i) => hit[x] | siteHit[data.mentions.site[i]]);
    const sourceHit = data.sources.title.map((s, i) => hit[s] | hit[data.sources.source[i]] | hit[data.sources.doc_id[i]]);
    const actorHit = data.actors.x.map(x => hit[x]);
    const typeHit = store.specs.map(spec => fold(spec.label).indexOf(word) >= 0);
    const certaintyHit = data.certainties.map(c => c.indexOf(word) >= 0 || fold((W.certainty[c] || [c])[0]).indexOf(word) >= 0);
    return i => hit[table.q[i]] || hit[table.src[i]] || typeHit[store.type[i]] || certaintyHit[store.certainty[i]] || table.p[i].some(m => mentionHit[m])
      || table.a[i].some(a => actorHit[a]) || table.o[i].some((s, j) => j % 2 ? hit[s] : sourceHit[s]);
  }

  filters.compute = function () {
    fails.fill(0);
    facets.forEach((facet, number) => {
      if (!facet.off.includes(1)) return;
      const bit = 1 << number, start = facet.start, items = facet.items, off = facet.off;
      for (let i = 0; i < n; i++) {
        let all = true;
        for (let j = start[i]; j < start[i + 1]; j++) if (!off[items[j]]) { all = false; break; }
        if (all) fails[i] |= bit;
      }
    });
    const from = state.from === null ? -Infinity : state.from, to = state.to === null ? Infinity : state.to;
    for (let i = 0; i < n; i++) {
      if (store.d0[i] === NO_DAY) { if (!state.undated) fails[i] |= DATE; } else if (store.d1[i] < from || store.d0[i] > to) fails[i] |= DATE;
      if (state.score > 0 && store.score[i] < state.score) fails[i] |= SCORE;
    }
    fold(state.q).split(/\s+/).filter(Boolean).forEach(word => {
      const hits = searchHits(word);
      for (let i = 0; i < n; i++) if (!(fails[i] & SEARCH) && !hits(i)) fails[i] |= SEARCH;
    });
    facets.forEach((facet, number) => {
      const others = ~(1 << number), start = facet.start, items = facet.items, counts = facet.counts;
      counts.fill(0);
      for (let i = 0; i < n; i++) if (!(fails[i] & others)) for (let j = start[i]; j < start[i + 1]; j++) counts[items[j]]++;
    });
    const visible = new Int32Array(n), order = store.order;
    let count_ = 0;
    filters.undatedCount = 0;
    for (let i = 0; i < n; i++) {
      seen[i] = fails[i] ? 0 : 1;
      if (store.d0[i] === NO_DAY && !(fails[i] & ~DATE)) filters.undatedCount++;
    }
    for (let k = 0; k < n; k++) if (seen[order[k]]) visible[count_++] = order[k];
    filters.visible = visible.subarray(0, count_);
  };
  return filters;
}
