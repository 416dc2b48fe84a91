// ---- what the reader puts right ------------------------------------------------------------------------------------
// Rows of corrections.csv, in this page's memory only: what leaves it is a file or a text that the reader takes.
const FIX_COLUMNS = ['kind', 'article', 'name', 'to', 'lat', 'lon', 'incident', 'quote', 'trigger', 'other', 'other_article', 'other_quote', 'source', 'note'];
function fixRow(row) {
  return FIX_COLUMNS.map(key => {
    const value = row[key] === undefined || row[key] === null ? '' : row[key];
    return key === 'lat' || key === 'lon' ? String(value) : csvText(oneLine(value));
  }).join(',');
}
function makeCorrecting(app) {
  const kept = [];
  let first = null;  // the incident that another shall be merged with

  // One incident as each of its sources tells it, with the id that it has there.
  function about(incident) {
    const site = incident.p[0] || {}, tellings = incident.o.length ? incident.o : [{ id: incident.id }];
    return tellings.map((told, n) => ({ article: told.doc_id || '', quote: told.quote || incident.q || '', incident: told.id || '',
      name: n ? '' : site.x || '', trigger: n ? '' : incident.w || '' }));
  }
  const second = told => ({ other: told.incident, other_article: told.article, other_quote: told.quote });
  function keep(label, no, rows) {
    // What is said again about the same thing goes before what was said.
    const key = rows.map(row => [row.kind, row.article, row.incident, row.kind === 'place' ? row.name : row.quote, row.kind === 'place' ? '' : row.trigger, row.other, row.other_article, row.other_quote].join('\n')).join('\n');
    const at = kept.findIndex(one => one.key === key);
    if (at >= 0) kept.splice(at, 1);
    kept.push({ key: key, label: label, no: no, rows: rows });
    paint();
    if (app.state.on >= 0 && !app.isAdding()) { app.paintDetail(); const said = app.detailView.querySelector('.gm-fix-said'); if (said) { said.textContent = T.fixKept; said.focus({ preventScroll: true }); } }
  }
  const called = incident => titleOf(incident) + ' · ' + wherever(incident);
  app.correctPlace = (incident, text, place) => {
    const rows = about(incident).filter((told, n) => !n || fold(told.quote).indexOf(fold(text)) >= 0)
      .map(told => ({ kind: 'place', article: told.article, name: text, to: place.title === text ? '' : place.title, lat: place.lat, lon: place.lon }));
    keep(text + ' → ' + place.lat + ', ' + place.lon, incident.no, rows);
  };
  app.splitButton = (incident, told) => button('gm-mini gm-fix-split', T.fixSplit, () => {
    // From each of the others: none of them shall come along.
    const all = about(incident), one = all[incident.o.indexOf(told)];
    keep(T.fixSplit + ': ' + (told.source || told.doc_id || '?'), incident.no,
      all.filter(other => other !== one).map(other => Object.assign({ kind: 'split' }, other, second(one))));
  });
  app.correctBox = incident => {
    const box = el('details', 'gm-why gm-fix'), row = el('div', 'gm-add-row'), said = el('p', 'gm-dim gm-fix-said');
    const all = (kind, label, to) => keep(label + ': ' + called(incident), incident.no, about(incident).map(told => Object.assign({ kind: kind, to: to }, told)));
    box.appendChild(el('summary', null, T.fix));
    said.setAttribute('role', 'status'); said.tabIndex = -1;
    row.appendChild(button('gm-button gm-fix-ok', T.fixOk, () => all('ok', T.fixOk)));
    row.appendChild(button('gm-button gm-fix-drop', T.fixDrop, () => all('drop', T.fixDrop)));
    if (first && first.id !== incident.id) {
      const other = first;
      row.appendChild(button('gm-button gm-fix-same', T.fixSame, () => {
        // A row for each telling: what is one now stays one, whatever merging would make of a part of it.
        const ones = about(other), twos = about(incident);
        const pairs = twos.map(told => [ones[0], told]).concat(ones.slice(1).map(told => [told, twos[0]]));
        first = null;
        keep(T.fixSame + ': ' + called(other), incident.no, pairs.map(pair => Object.assign({ kind: 'merge' }, pair[0], second(pair[1]))));
      }, T.fixSame + ': ' + called(other)));
    } else row.appendChild(button('gm-button gm-fix-merge', T.fixMerge, () => { first = incident; said.textContent = T.fixNext; }));
    const type = el('select'), words = el('label', 'gm-fix-type', null, el('span', null, T.fixType + ' '));
    const types = app.data.allTypes;
    (types.some(one => one[0] === incident.t) ? types : [[incident.t, incident.spec.label]].concat(types)).forEach(one => {
      const option = el('option', null, one[1]);
      option.value = one[0]; option.selected = one[0] === incident.t; type.appendChild(option);
    });
    type.addEventListener('change', () => { if (type.value !== incident.t) all('type', T.fixType + ' ' + type.selectedOptions[0].textContent, type.value); });
    words.appendChild(type);
    [row, words, said].forEach(node => box.appendChild(node));
    box.open = kept.some(one => one.no === incident.no) || first !== null;
    return box;
  };

  // -- the box in the legend --
  const box = el('div', 'gm-facet gm-fixes'), head = el('h2'), list = el('ol', 'gm-fix-list'), text = el('textarea', 'gm-rows'), status = el('p', 'gm-dim'), row = el('div', 'gm-add-row');
  head.tabIndex = -1; status.setAttribute('role', 'status');
  text.readOnly = true; text.spellcheck = false; text.wrap = 'off'; text.dir = 'ltr';
  const table = () => [FIX_COLUMNS.join(',')].concat(kept.reduce((rows, one) => rows.concat(one.rows.map(fixRow)), []));
  app.corrections = () => '\ufeff' + table().join('\r\n') + '\r\n';
  row.appendChild(button('gm-button gm-main gm-fix-load', T.fixLoad, () => {
    const url = URL.createObjectURL(new Blob([app.corrections()], { type: 'text/csv;charset=utf-8' })), a = el('a');
    a.href = url; a.download = 'corrections.csv'; a.hidden = true;
    box.appendChild(a); a.click(); a.remove();  // in the panel: the map must not take this for a click
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }));
  row.appendChild(button('gm-button', T.copy, () => {
    const byHand = () => { text.focus(); text.select(); status.textContent = T.copyHand; };
    if (navigator.clipboard && navigator.clipboard.writeText) navigator.clipboard.writeText(text.value).then(() => { status.textContent = T.copied; }, byHand);
    else byHand();
  }, T.copy + ': corrections.csv'));
  [el('div', 'gm-legend', null, head), list, row, text, status, el('p', 'gm-dim', T.addMineNote), el('p', 'gm-dim', T.fixNote)].forEach(node => box.appendChild(node));
  app.frame.body.appendChild(box);
  function paint() {
    box.hidden = !kept.length;
    head.textContent = fill(T.fixMine, { n: kept.length });
    text.setAttribute('aria-label', head.textContent);
    list.textContent = ''; status.textContent = '';
    kept.forEach(one => {
      const li = el('li', 'gm-fix-one', null, el('div', 'gm-fix-text', null, name(one.label)));
      li.appendChild(button('gm-mini', T.remove, () => { kept.splice(kept.indexOf(one), 1); paint(); (kept.length ? head : app.box).focus({ preventScroll: true }); }, T.remove + ': ' + one.label));
      list.appendChild(li);
    });
    text.value = table().join('\n'); text.rows = Math.min(6, kept.length + 2);
  }
  paint();
}
