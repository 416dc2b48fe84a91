// ---- the list, and the same as a table ------------------------------------------------------------------------
function makeList(app) {
  const store = app.store, filters = app.filters, state = app.state, right = app.frame.right;
  // Rows are made as they are scrolled to: each costs layout time, and nobody reads ten thousand.
  const STEP = 40;
  const view = el('div', 'gm-list-view'), head = el('h2', null, T.list), list = el('ol', 'gm-list'), more = button('gm-button gm-more-rows', '', () => grow());
  const looseBox = el('div', 'gm-noplace'), loose = el('ol', 'gm-list'), moreLoose = button('gm-button gm-more-rows', '', () => grow());
  looseBox.appendChild(el('h3', null, T.noplace)); looseBox.appendChild(el('p', 'gm-dim', T.noplaceNote)); looseBox.appendChild(loose); looseBox.appendChild(moreLoose);
  [head, app.frame.nothing(), list, more, looseBox].forEach(node => view.appendChild(node));
  right.appendChild(view);
  app.listView = view;
  let placed = [], unplaced = [], listed = 0, listedLoose = 0;

  function item(i) {
    const incident = store.incident(i), li = el('li'), node = button('gm-item', '', () => app.select(i, { from: 'list' }));
    node.dataset.incident = incident.id;
    node.appendChild(sign(incident.spec, 'circle', incident.form, true));
    const text = el('span', 'gm-item-text', null, el('span', 'gm-item-title', incident.spec.label));
    if (incident.form.word) text.appendChild(el('span', 'gm-chip gm-chip-' + incident.form.fill, incident.form.word));
    text.appendChild(el('span', 'gm-item-where', null, name(wherever(incident))));
    text.appendChild(el('span', 'gm-item-when', whenWords(incident)));
    node.appendChild(text);
    if (state.on === i) node.setAttribute('aria-current', 'true');
    li.appendChild(node);
    return li;
  }
  function grow() {
    const rows = document.createDocumentFragment();
    placed.slice(listed, listed + STEP).forEach(i => rows.appendChild(item(i)));
    list.appendChild(rows);
    listed = Math.min(placed.length, listed + STEP);
    if (listed >= placed.length) {
      const others = document.createDocumentFragment();
      unplaced.slice(listedLoose, listedLoose + STEP).forEach(i => others.appendChild(item(i)));
      loose.appendChild(others);
      listedLoose = Math.min(unplaced.length, listedLoose + STEP);
    }
    [[more, placed.length - listed], [moreLoose, unplaced.length - listedLoose]].forEach(one => {
      one[0].hidden = !one[1]; one[0].textContent = fill(T.more, { n: count(one[1]) });
    });
    looseBox.hidden = !unplaced.length || listed < placed.length;
  }
  right.addEventListener('scroll', () => {
    if (!view.hidden && right.scrollTop + right.clientHeight > right.scrollHeight - 400 && (listed < placed.length || listedLoose < unplaced.length)) grow();
  }, { passive: true });
  function listUp(i) {  // rows up to incident i, so that it can be focused
    const at = placed.indexOf(i), last = at >= 0 ? at : placed.length + unplaced.indexOf(i);
    while (listed + listedLoose <= last && (listed < placed.length || listedLoose < unplaced.length)) grow();
    return Array.prototype.find.call(right.querySelectorAll('.gm-item'), n => n.dataset.incident === store.ids[i]);
  }
  app.listUp = listUp;
  // What the address asked for and the map can't show.
  app.tell = function (words, act) {
    const node = el('div', 'gm-tell', null, el('div', null, words));
    node.setAttribute('role', 'status');
    if (act) node.appendChild(button('gm-mini', T.showIt, () => { node.remove(); act(); }));
    view.insertBefore(node, head);
  };
  app.on('filter', () => {
    placed = []; unplaced = [];
    filters.visible.forEach(i => { (store.table.f[i].length ? placed : unplaced).push(i); });
    list.textContent = loose.textContent = '';
    listed = listedLoose = 0;
    head.textContent = T.list + ' (' + count(filters.visible.length) + ')';
    grow();
  });
  right.addEventListener('keydown', e => {
    if (app.isAdding()) return;
    if (e.key === 'Escape' && state.on >= 0) { app.select(-1, { focus: state.on }); e.preventDefault(); return; }
    if (state.on >= 0 || ['ArrowDown', 'ArrowUp', 'Home', 'End'].indexOf(e.key) < 0) return;
    const items = Array.from(right.querySelectorAll('.gm-item')), at = items.indexOf(document.activeElement);
    if (at < 0) return;
    if (e.key === 'ArrowDown' && at === items.length - 1) { grow(); items.push(...Array.from(right.querySelectorAll('.gm-item')).slice(items.length)); }
    const next = e.key === 'Home' ? items[0] : e.key === 'End' ? items[items.length - 1] : items[at + (e.key === 'ArrowDown' ? 1 : -1)];
    if (next) { next.focus(); e.preventDefault(); }
  });
  makeTable(app);
}

// The table is always there for screen readers and in step with the map; the tool shows it to everyone.
function makeTable(app) {
  const store = app.store, filters = app.filters, state = app.state, ROWS = 100;
  const drawer = el('section', 'gm-table'), scroll = el('div', 'gm-table-scroll'), table = el('table'), said = el('caption', 'gm-dim'), bodyRows = el('tbody');
  drawer.setAttribute('aria-label', T.table); scroll.tabIndex = -1;
  const headRow = el('tr');
  [T.date, T.type, T.place, T.certainty, T.source].forEach(words => { const th = el('th', null, words); th.scope = 'col'; headRow.appendChild(th); });
  table.appendChild(said); table.appendChild(el('thead', null, null, headRow)); table.appendChild(bodyRows);
  const close = button('gm-button gm-table-close', T.tableClose, () => show(false));
  drawer.dir = W.dir;
  scroll.appendChild(table); drawer.appendChild(close); drawer.appendChild(scroll);
  app.frame.keepEvents(drawer);
  app.box.appendChild(drawer);
  const tool = app.frame.tool('gm-tool-table', 'M3 5h18v14H3zM3 10h18M3 14.500h18M9 5v14', () => show(!state.table), T.table);
  tool.setAttribute('aria-pressed', 'false');
  let due = 0;
  function show(open) {
    state.table = open;
    drawer.classList.toggle('gm-table-open', open); app.box.classList.toggle('gm-has-table', open);
    close.hidden = !open;
    scroll.tabIndex = open ? 0 : -1;
    tool.setAttribute('aria-pressed', String(open));
    app.panelsChanged();
    paint();
    app.remember();
  }
  app.showTable = show;
  function paint() {
    clearTimeout(due);
    due = 0;
    const rows = document.createDocumentFragment(), shown = filters.visible.subarray(0, ROWS);
    shown.forEach(i => {
      const incident = store.incident(i), tr = el('tr'), source = incident.o[0] || {};
      const first = el('td', null, null, state.table ? button('gm-mini', incident.spec.label, () => app.select(i, { from: 'table' })) : el('span', null, incident.spec.label));
      tr.appendChild(el('td', null, incident.d0 === null ? T.undated : whenWords(incident)));
      tr.appendChild(first);
      tr.appendChild(el('td', null, null, name(wherever(incident))));
      tr.appendChild(el('td', null, incident.form.word || (W.certainty[incident.c] || [incident.c])[0]));
      tr.appendChild(el('td', null, null, name(source.source || source.title || source.doc_id || '')));
      rows.appendChild(tr);
    });
    bodyRows.textContent = '';
    bodyRows.appendChild(rows);
    said.textContent = T.tableWhat + '. ' + (filters.visible.length > ROWS ? fill(T.tableSome, { n: ROWS, m: count(filters.visible.length) }) : '');
  }
  app.on('filter', () => {
    clearTimeout(due);
    // Unseen, it may follow a moment later: filters stay quick.
    if (state.table) paint(); else due = setTimeout(paint, 600);
  });
  if (state.table) show(true); else close.hidden = true;
}
