// What a person with a keyboard, a finger or enlarged text would meet on the page. Answers sentences; none is good.
(() => {
  const CONTROLS = "a[href],button,input,select,textarea,summary,[tabindex='0']";
  const PARTICLES = new Set(["は", "が", "を", "に", "で", "と", "も", "の", "へ", "や", "から", "まで", "より"]);
  const words = new Intl.Segmenter("ja", { granularity: "word" });

  const scope = () => [...document.querySelectorAll("dialog:modal")].pop() ?? document.body;
  const isShown = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0;
  // A radio under its label is seen and pressed as the label.
  const boxOf = (el) => (getComputedStyle(el).opacity === "0" ? (el.closest("label") ?? el) : el);
  const name = (el) => `${el.tagName.toLowerCase()} 「${(el.getAttribute("aria-label") ?? boxOf(el).innerText ?? el.id).trim().slice(0, 24)}」`;
  const controls = () => [...scope().querySelectorAll(CONTROLS)].filter((el) => isShown(el) && !el.matches(":disabled,.skip"));
  const clips = (style) => /hidden|clip/.test(style.overflowX);

  // A group of radios is one stop of the Tab key; a thing taken out of the order is reached another way.
  function stops() {
    const seen = new Set();
    return controls().filter((el) => {
      if (el.tabIndex < 0) return false;
      if (el.type !== "radio") return true;
      const isNew = !seen.has(el.name);
      seen.add(el.name);
      return isNew;
    });
  }

  // Where the focus is now: can it be seen, and is it seen?
  function troubleOfFocus(el) {
    const box = boxOf(el);
    const ring = getComputedStyle(box);
    if (ring.outlineStyle === "none" || parseFloat(ring.outlineWidth) < 2) return `${name(el)} shows no focus`;
    const { left, right, top, bottom } = box.getBoundingClientRect();
    const [x, y] = [(Math.max(left, 0) + Math.min(right, innerWidth)) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2];
    const hit = document.elementFromPoint(x, y);
    if (!hit || !(box.contains(hit) || hit.contains(box))) return `${name(el)} has the focus behind ${hit ? name(hit) : "the edge"}`;
    return null;
  }

  const walk = { reached: new Set(), troubles: new Set() };
  function note() {
    const el = document.activeElement;
    if (!el || el === document.body || walk.reached.has(el)) return;
    walk.reached.add(el);
    const trouble = el.matches(CONTROLS) && el.tabIndex >= 0 && !el.matches(".skip") && troubleOfFocus(el);
    if (trouble) walk.troubles.add(trouble);
  }
  addEventListener("keydown", note, true);

  function beginTabs() {
    walk.reached.clear();
    walk.troubles.clear();
    const start = scope();
    const before = start.getAttribute("tabindex");
    start.tabIndex = -1;
    start.focus({ preventScroll: true });
    if (before === null) start.removeAttribute("tabindex");
    const days = stops().filter((el) => el.type === "date").length; // a year, a month, a day and a button: four stops
    return stops().length + 3 * days;
  }

  function endTabs() {
    note();
    if (scope() === document.body) document.activeElement.blur();
    const isReached = (el) => walk.reached.has(el) || (el.type === "radio" && [...walk.reached].some((each) => each.name === el.name && each.type === "radio"));
    const missed = stops().filter((el) => !isReached(el)).map((el) => `${name(el)} is not reached with Tab`);
    return [...missed, ...walk.troubles];
  }

  // What stays while the page moves may lie over it.
  const layerOf = (el) => el.closest(".bar,.nav,.actbar,.answer,.toast-at");

  // Enlarged: everything within the width, nothing cut off, nothing over another.
  function layout() {
    const all = [...new Set(controls().map(boxOf))];
    const boxes = all.map((el) => ({ el, layer: layerOf(el), ...el.getBoundingClientRect().toJSON() }));
    const outside = boxes.filter(({ el, left, right }) => !el.closest(".scroll") && (left < -1 || right > innerWidth + 1)).map(({ el }) => `${name(el)} lies outside the window`);
    const over = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.layer === b.layer && !a.el.contains(b.el) && !b.el.contains(a.el)
      && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
      .map((b) => `${name(a.el)} lies over ${name(b.el)}`));
    const cut = [...scope().querySelectorAll("*")].filter((el) => isShown(el) && !el.closest(".sr,svg") && el.scrollWidth > el.clientWidth + 1
      && el.clientWidth > 0 && (clips(getComputedStyle(el)) || el.matches("button,.btn,.chip,summary,label,h1,h2,h3")));
    return [...outside, ...over, ...cut.map((el) => `${name(el)} is cut off`)];
  }

  // A finger needs 44 px. A link within a sentence may be as high as its line.
  function targets() {
    return [...new Set(controls().map(boxOf))].filter((el) => {
      const { width, height } = el.getBoundingClientRect();
      const isInline = el.tagName === "A" && getComputedStyle(el).display === "inline";
      return !isInline && (width < 43.5 || height < 43.5);
    }).map((el) => `${name(el)} is ${Math.round(el.getBoundingClientRect().width)}×${Math.round(el.getBoundingClientRect().height)} px`);
  }

  // A sentence of ours broken inside a word, before a particle, or leaving one character behind. What people wrote is theirs.
  function breaks() {
    const found = [];
    const texts = document.createTreeWalker(scope(), NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const parent = node.parentElement;
      const text = node.data;
      if (text.trim().length < 3 || !isShown(parent) || parent.closest(".said,.sr,svg,select,textarea,.code,[data-words]")) continue;
      const range = document.createRange();
      const topOf = (index) => (range.setStart(node, index), range.setEnd(node, index + 1), range.getBoundingClientRect().top);
      const parts = [...words.segment(text)];
      const lineOf = (from, to) => { while (from < to && topOf(from + 1) - topOf(from) < 4) from++; return from + 1; };
      parts.forEach(({ segment, index }, at) => {
        if (!segment.trim()) return;
        const size = parseFloat(getComputedStyle(parent).fontSize) / 2;
        const isLower = (a, b) => topOf(b) - topOf(a) > size;
        const last = index + segment.length - 1;
        // 「もう|一度」: Chromium's phrases end inside what the segmenter takes for one word.
        const isBetweenPhrases = (from, to) => /\p{Script=Hiragana}$/u.test(text.slice(from, lineOf(from, to))) && !/\p{Script=Hiragana}/u.test(text[lineOf(from, to)]);
        const where = `「${text.slice(Math.max(0, index - 8), index)}|${text.slice(index, index + 8)}」 in ${name(parent)}`;
        if (/\p{L}/u.test(segment) && segment.length < 12 && isLower(index, last) && !isBetweenPhrases(index, last)) return found.push(`broken inside a word: ${where}`);
        if (at === 0 || !isLower(index - 1, index) || !text.slice(0, index).trim()) return;
        if (PARTICLES.has(segment) && /[\p{L}\p{N}」）]$/u.test(text.slice(0, index))) found.push(`a line begins with a particle: ${where}`);
        if (text.slice(index).trim().length === 1) found.push(`one character on a line: ${where}`);
      });
    }
    return found;
  }

  globalThis.screenAudit = { beginTabs, endTabs, layout, targets, breaks };
})();
