// ---- the data: tables of numbers (geomap/maps/payload.py), and one incident as an object when it is looked at -----
const KINDS = ['pin', 'near', 'part_of', 'along', 'route', 'area', 'none'];
const NO_DAY = -2147483648;

// The text of the data block: JSON, base64 of JSON, or base64 of deflated JSON. Only the last needs a promise.
function unpack(text) {
  if (text[0] === '{') return JSON.parse(text);
  const packed = atob(text), bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  if (bytes[0] === 123) return JSON.parse(new TextDecoder().decode(bytes));
  if (typeof DecompressionStream === 'undefined') throw new Error('DecompressionStream');
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).text().then(JSON.parse);
}

function makeStore(data) {
  const strings = data.strings, table = data.incidents, n = table.id.length, specs = Object.keys(data.types).map(key => data.types[key]);
  const typeNames = Object.keys(data.types);
  const forms = data.certainties.map(c => data.levels.map(l => formOf(c, l)));
  const store = { n: n, strings: strings, table: table, data: data, specs: specs, typeNames: typeNames, ids: table.id };
  store.type = Uint16Array.from(table.t); store.certainty = Uint8Array.from(table.c); store.level = Uint8Array.from(table.l);
  store.d0 = new Int32Array(n); store.d1 = new Int32Array(n); store.score = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const a = table.ds[i], b = table.de[i];
    store.d0[i] = a === null ? (b === null ? NO_DAY : b) : a;
    store.d1[i] = b === null ? store.d0[i] : b;
    if (store.d1[i] < store.d0[i]) store.d1[i] = store.d0[i];
    store.score[i] = table.s[i] === null ? -1 : table.s[i];
  }
  store.formOf = i => forms[store.certainty[i]][store.level[i]];
  store.specOf = i => specs[store.type[i]];
  // Dated first, by day; then in the order of the input.
  store.order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => {
    const x = store.d0[a], y = store.d0[b];
    if (x === y) return a - b;
    return x === NO_DAY ? 1 : y === NO_DAY ? -1 : x - y;
  });

  store.outlines = data.outlines.map(o => ({
    at: o.at, spots: [o.at].concat(o.spots || []), rings: o.arcs.map(text => decodeArc(text, o.scale))
  }));
  const drawn = data.drawings;
  store.drawings = drawn.k.map((k, i) => {
    const flat = drawn.ll[i], line = [];
    if (flat) for (let j = 0; j < flat.length; j += 2) line.push([flat[j], flat[j + 1]]);
    const one = { no: i, k: strings[k], b: strings[drawn.b[i]] || '', r: drawn.r[i], dir: strings[drawn.dir[i]], km: drawn.km[i], line: line, o: drawn.o[i] };
    one.at = anchorOf(one, store.outlines);
    one.kind = Math.max(0, KINDS.indexOf(one.k));
    return one;
  });
  // Marks: each way in which an incident is drawn, side by side in arrays.
  let total = 0;
  for (let i = 0; i < n; i++) total += table.f[i].length;
  const marks = store.marks = { n: total, incident: new Int32Array(total), drawing: new Int32Array(total), feature: new Uint16Array(total),
    kind: new Uint8Array(total), x: new Float64Array(total), y: new Float64Array(total) };
  store.firstMark = new Int32Array(n + 1);
  let m = 0;
  for (let i = 0; i < n; i++) {
    store.firstMark[i] = m;
    for (let j = 0; j < table.f[i].length; j++, m++) {
      const drawing = store.drawings[table.f[i][j][0]];
      marks.incident[m] = i; marks.drawing[m] = drawing.no; marks.feature[m] = j; marks.kind[m] = drawing.kind;
      marks.x[m] = mercX(drawing.at[1]); marks.y[m] = mercY(drawing.at[0]);
    }
  }
  store.firstMark[n] = m;

  function site(number) {
    const t = data.sites, out = {};
    ['n', 'id', 'cc', 'a1', 'fc'].forEach(key => { if (t[key][number]) out[key] = strings[t[key][number]]; });
    if (t.ll[number]) out.ll = t.ll[number];
    if (t.rad[number] !== null) out.rad = t.rad[number];
    if (t.area[number]) out.area = 1;
    return out;
  }
  function mention(number) {
    const t = data.mentions, out = site(t.site[number]);
    ['x', 'r', 'dir', 'rule'].forEach(key => { if (t[key][number]) out[key] = strings[t[key][number]]; });
    ['km', 's'].forEach(key => { if (t[key][number] !== null) out[key] = t[key][number]; });
    ['why', 'alt'].forEach(key => { if (t[key][number].length) out[key] = t[key][number].map(i => strings[i]); });
    return out;
  }
  const made = new Map();
  store.incident = function (i) {
    let one = made.get(i);
    if (one) return one;
    one = { no: i, id: table.id[i], t: typeNames[store.type[i]], c: data.certainties[store.certainty[i]], l: data.levels[store.level[i]],
      spec: store.specOf(i), form: store.formOf(i), d0: store.d0[i] === NO_DAY ? null : store.d0[i], d1: store.d0[i] === NO_DAY ? null : store.d1[i] };
    ['pod', 'te', 'dr', 'w', 'q', 'acled', 'plover', 'src'].forEach(key => { if (table[key][i]) one[key] = strings[table[key][i]]; });
    ['gp', 'wp', 'tp', 's'].forEach(key => { if (table[key][i] !== null) one[key] = table[key][i]; });
    ['dead', 'hurt', 'held', 'crowd'].forEach(key => { if (table[key][i]) one[key] = table[key][i]; });
    one.p = table.p[i].map(mention);
    one.f = table.f[i].map(f => Object.assign({}, store.drawings[f[0]], { i: f.slice(1) }));
    one.a = table.a[i].map(a => ({ x: strings[data.actors.x[a]] || '', r: strings[data.actors.r[a]] || '' }));
    one.h = [];
    for (let j = 0; j < table.h[i].length; j += 3) one.h.push([table.h[i][j], table.h[i][j + 1], 'padw'[table.h[i][j + 2]]]);
    one.o = [];
    for (let j = 0; j < table.o[i].length; j += 2) {
      const number = table.o[i][j], told = { quote: strings[table.o[i][j + 1]] };
      ['doc_id', 'title', 'source', 'url', 'published', 'copy_of'].forEach(key => { told[key] = strings[data.sources[key][number]]; });
      told.id = table.told[i] ? strings[table.told[i][j / 2]] : one.id;
      one.o.push(told);
    }
    // On what the sources disagree: which, and what each says.
    one.x = (table.x[i] || []).map(x => ({ what: strings[x[0]], told: x.slice(1).reduce((all, n, j) => { if (j % 2) all[all.length - 1].value = strings[n]; else all.push({ doc_id: strings[n] }); return all; }, []) }));
    one.fix = (table.fix[i] || []).map(n => strings[n]);
    if (made.size > 2000) made.clear();
    made.set(i, one);
    return one;
  };
  const byId = new Map(table.id.map((id, i) => [id, i]));
  store.find = id => byId.has(id) ? byId.get(id) : -1;
  return store;
}
