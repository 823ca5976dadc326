// @ts-check
// The first thing that runs, before anything is drawn: an address that carries a paper (`https://HOST/any/path#TEXT`, opened by a
// telephone's own camera) is taken out of the address bar and the history at once; `app.js` picks it up. And the last that runs when
// parts of the page did not come: it says so.

(() => {
  const paper = location.hash.length > 1 && location.hash !== '#main' ? location.href : '';
  if (paper || location.search || location.pathname !== '/') history.replaceState(null, '', '/');
  Object.assign(globalThis, { nansenLanding: { paper } });
  addEventListener('load', () => {
    const failed = document.getElementById('failed');
    failed?.querySelector('button')?.addEventListener('click', () => location.reload());
    if (failed && !document.documentElement.dataset.alive) failed.hidden = false;
  });
})();
