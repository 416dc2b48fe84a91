// ---- time: a histogram, a slider with two handles, and play ------------------------------------------------------
function makeDates(app, group) {
  const filters = app.filters, state = app.state, store = app.store;
  const set = group(T.when), holder = el('div'), W_ = 240, H = 44, BARS = 48;
  set.appendChild(holder);
  const undated = el('div', 'gm-row'), label = el('label'), check = el('input'), number = el('span', 'gm-n');
  check.type = 'checkbox'; check.checked = true;
  check.addEventListener('change', () => { state.undated = check.checked; app.apply(); });
  label.appendChild(check); label.appendChild(el('span', 'gm-label', T.undated));
  undated.appendChild(label); undated.appendChild(number);
  const anyUndated = store.d0.includes(NO_DAY);
  if (anyUndated) set.appendChild(undated);
  let domain = null, playing = 0;
  const certainty = filters.facet('c');

  // The days that the certainties shown span: one year of background must not squeeze a week of news.
  function measure() {
    let lo = Infinity, hi = -Infinity;
    for (let i = 0; i < store.n; i++) {
      if (store.d0[i] === NO_DAY || certainty.off[store.certainty[i]]) continue;
      if (store.d0[i] < lo) lo = store.d0[i];
      if (store.d1[i] > hi) hi = store.d1[i];
    }
    const key = lo + ',' + hi;
    if (domain && domain.key === key) return;
    stop();
    domain = { key: key, lo: lo, hi: hi, bars: null };
    holder.textContent = '';
    set.hidden = lo > hi && !anyUndated;
    if (lo > hi) { holder.appendChild(el('p', 'gm-dim', T.noDates)); return; }
    if (lo === hi) { holder.appendChild(el('p', 'gm-dim', fill(T.allOn, { d: dayText(lo) }))); return; }
    build();
  }
  function build() {
    const days = domain.hi - domain.lo + 1, width = Math.ceil(days / BARS), n = Math.ceil(days / width);
    domain.width = width; domain.n = n;
    const chart = svg('svg', { viewBox: '0 0 ' + W_ + ' ' + H, preserveAspectRatio: 'none', class: 'gm-hist', 'aria-hidden': 'true' });
    domain.bars = [];
    for (let b = 0; b < n; b++) {
      const bar = svg('rect', { x: b * W_ / n + 0.5, width: Math.max(1, W_ / n - 1), y: H, height: 0, rx: 1 });
      chart.appendChild(bar); domain.bars.push(bar);
    }
    holder.appendChild(chart);
    dragAcross(chart);
    const slider = el('div', 'gm-slider'), track = el('div', 'gm-track');
    slider.appendChild(track);
    domain.track = track;
    domain.ends = ['from', 'to'].map(end => {
      const input = el('input');
      input.type = 'range'; input.min = domain.lo; input.max = domain.hi; input.step = 1;
      input.setAttribute('aria-label', T[end]); input.dataset.end = end;
      input.addEventListener('input', () => {
        stop();
        const value = +input.value;
        if (end === 'from') choose(Math.min(value, state.to === null ? domain.hi : state.to), state.to);
        else choose(state.from, Math.max(value, state.from === null ? domain.lo : state.from));
        app.apply();
      });
      slider.appendChild(input);
      return input;
    });
    holder.appendChild(slider);
    const row = el('div', 'gm-time');
    domain.text = el('p', 'gm-range');
    domain.play = button('gm-play', '', () => { if (playing) stop(); else play(); });
    domain.whole = button('gm-mini', T.wholeTime, () => { stop(); choose(null, null); app.apply(); });
    row.appendChild(domain.play); row.appendChild(domain.text); row.appendChild(domain.whole);
    holder.appendChild(row);
    holder.appendChild(el('p', 'gm-dim', width === 1 ? T.perDay : fill(T.perBar, { n: count(width) })));
    paintPlay();
  }
  function choose(from, to) {
    state.from = from === null || from <= domain.lo ? null : from;
    state.to = to === null || to >= domain.hi ? null : to;
  }
  function dragAcross(chart) {
    let begun = null;
    const dayAt = e => {
      const box = chart.getBoundingClientRect();
      return Math.max(0, Math.min(domain.n - 1, Math.floor((e.clientX - box.left) / box.width * domain.n)));
    };
    const take = e => {
      const a = Math.min(begun, dayAt(e)), b = Math.max(begun, dayAt(e));
      choose(domain.lo + a * domain.width, Math.min(domain.hi, domain.lo + (b + 1) * domain.width - 1));
      app.apply();
    };
    chart.addEventListener('pointerdown', e => { stop(); begun = dayAt(e); chart.setPointerCapture(e.pointerId); take(e); e.preventDefault(); });
    chart.addEventListener('pointermove', e => { if (begun !== null) take(e); });
    ['pointerup', 'pointercancel'].forEach(type => chart.addEventListener(type, () => { begun = null; }));
  }

  // -- play: a chosen window moves on; without one, time grows from its start --
  // So many milliseconds a bar: slow enough to see which signs came and went.
  const BEAT = 450;
  function play() {
    const from = state.from === null ? domain.lo : state.from, to = state.to === null ? domain.hi : state.to;
    const grows = state.from === null && state.to === null, length = to - from, atEnd = to >= domain.hi;
    domain.moving = { grows: grows, length: length };
    if (grows) choose(domain.lo, domain.lo + domain.width - 1);
    else if (atEnd) choose(domain.lo, domain.lo + length);
    playing = setInterval(beat, BEAT);
    paintPlay();
    app.apply();
  }
  function beat() {
    const to = state.to === null ? domain.hi : state.to;
    if (to >= domain.hi) { stop(); return; }
    const on = Math.min(domain.hi, to + domain.width);
    choose(domain.moving.grows ? null : on - domain.moving.length, on);
    app.apply();
    if (on >= domain.hi) stop();
  }
  function stop() {
    if (!playing) return;
    clearInterval(playing);
    playing = 0;
    paintPlay();
  }
  app.stopPlaying = stop;
  function paintPlay() {
    if (!domain || !domain.play) return;
    domain.play.textContent = '';
    domain.play.appendChild(icon(playing ? 'M8 5v14M16 5v14' : 'M7 4l13 8-13 8z'));
    const words = playing ? T.pause : T.playWhat;
    domain.play.setAttribute('aria-label', words); domain.play.title = words;
    domain.play.setAttribute('aria-pressed', String(!!playing));
  }

  app.on('filter', () => {
    measure();
    check.checked = state.undated;
    number.textContent = count(filters.undatedCount);
    if (!domain.bars) return;
    const all = new Int32Array(domain.n), others = ~filters.DATE;
    let most = 1;
    for (let i = 0; i < store.n; i++) {
      if (store.d0[i] === NO_DAY || filters.fails[i] & others) continue;
      const first = Math.floor((store.d0[i] - domain.lo) / domain.width), b = Math.max(0, Math.min(domain.n - 1, first));
      if (++all[b] > most) most = all[b];
    }
    const from = state.from === null ? domain.lo : Math.max(domain.lo, state.from), to = state.to === null ? domain.hi : Math.min(domain.hi, state.to);
    domain.bars.forEach((bar, b) => {
      const h = all[b] ? Math.max(3, all[b] / most * (H - 2)) : 0, start = domain.lo + b * domain.width;
      bar.setAttribute('y', H - h); bar.setAttribute('height', h);
      bar.setAttribute('class', start + domain.width > from && start <= to ? 'gm-in' : 'gm-out');
    });
    domain.ends[0].value = from; domain.ends[1].value = to;
    domain.ends[0].setAttribute('aria-valuetext', dayText(from)); domain.ends[1].setAttribute('aria-valuetext', dayText(to));
    const span = domain.hi - domain.lo;
    domain.track.style.left = (from - domain.lo) / span * 100 + '%';
    domain.track.style.right = (domain.hi - to) / span * 100 + '%';
    // Both handles at one end: the one that can still move lies on top.
    domain.ends[0].style.zIndex = from > domain.lo + span / 2 ? 2 : 1; domain.ends[1].style.zIndex = from > domain.lo + span / 2 ? 1 : 2;
    domain.text.textContent = from === to ? dayText(from) : dayText(from) + ' – ' + dayText(to);
    domain.whole.hidden = state.from === null && state.to === null;
  });
  return set;
}
