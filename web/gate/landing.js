// @ts-check
// The first thing that runs, before anything is drawn: an address that carries a paper (`https://HOST/any/path#TEXT`, opened by a
// telephone's own camera) is taken out of the address bar and the history at once; `app.js` picks it up.

(() => {
  const paper = location.hash.length > 1 && location.hash !== '#main' ? location.href : '';
  const shared = location.search === '?shared';
  if (paper || location.search || location.pathname !== '/') history.replaceState(null, '', '/');
  Object.assign(globalThis, { nansenLanding: { paper, shared } });
})();
