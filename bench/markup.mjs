// Pages that look like real ones: the same text for the same `seed` on every machine, each of their links distinct.

/** Links of a small page. */
export const SMALL_LINKS = 5;

/** Links of a large page. */
export const LARGE_LINKS = 190;

/** Gives a page of about 1 KB. */
export function smallPage(seed) {
  const random = randomSource(seed);
  const items = numbers(SMALL_LINKS - 1).map((index) => `<li><a href="${path(random, index)}">${words(random, 4)}</a>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${words(random, 5)}</title>
<link rel="stylesheet" href="/assets/site.${seed}.css"></head>
<body class="page"><h1>${words(random, 5)}</h1>
<p>${words(random, 60)}</p>
<ul>
${items.join('\n')}
</ul>
<p class="small">${words(random, 12)}</p></body></html>
`;
}

/** Gives a page of about 100 KB. */
export function largePage(seed) {
  const random = randomSource(seed);
  return `<!doctype html>
<html lang="en" class="no-js">
${head(random)}
<body class="home wide" data-build="${hex(random, 16)}">
${navigation(random)}
<main id="content">
${numbers(70)
  .map((index) => card(random, index))
  .join('\n')}
</main>
${footer(random)}
</body>
</html>
`;
}

// 10 links.
function head(random) {
  const sheets = numbers(10).map(
    (index) =>
      `<link rel="${index < 4 ? 'stylesheet' : 'preload'}" href="/assets/${hex(random, 12)}.${index}.css" media="all">`,
  );
  const settings = numbers(60).map((index) => `"k${index}":{"id":${index},"on":true,"title":"${words(random, 5)}"}`);
  return `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words(random, 8)}</title>
<meta name="description" content="${words(random, 25)}">
${sheets.join('\n')}
<!--[if lt IE 9]><script src="/assets/html5shiv.js"></script><![endif]-->
<style>.card{display:grid;gap:1rem}.card>a:hover{color:#${hex(random, 6)}}@media(max-width:40em){.card{gap:.5rem}}</style>
<script>window.settings={${settings.join(',')}};if (1 < 2 && document.all) { document.write('<a href="no-link">'); }</script>
</head>`;
}

// 20 links.
function navigation(random) {
  const items = numbers(20).map(
    (index) =>
      `      <li class="menu__item menu__item--${index}" role="none"><a class="menu__link" role="menuitem" href="${path(random, index)}" data-track="nav-${index}">${words(random, 2)}</a></li>`,
  );
  return `<header class="top"><nav aria-label="Main">
    <ul class="menu" role="menubar">
${items.join('\n')}
    </ul>
</nav></header>`;
}

// 2 links.
function card(random, index) {
  const number = 1_000 + 2 * index;
  const image = `/images/${hex(random, 10)}`;
  return `  <article class="card card--${index % 7}" id="card-${index}" data-id="${hex(random, 8)}" itemscope itemtype="https://schema.org/Article">
    <!-- ${words(random, 6)} -->
    <a class="card__image" href="${path(random, number)}" tabindex="-1" aria-hidden="true">
      <img src="${image}.jpg" srcset="${image}-480.jpg 480w, ${image}-960.jpg 960w" sizes="(max-width: 40em) 100vw, 33vw" alt="${words(random, 5)}" width="480" height="320" loading="lazy">
    </a>
    <div class="card__body">
      <h2 class="card__title"><a href="${path(random, number + 1)}" rel="bookmark" title='${words(random, 4)}'>${words(random, 7)} &amp; ${words(random, 2)}</a></h2>
      <p class="card__text">${words(random, 45)}&nbsp;&hellip;</p>
      <span class="card__date"><time datetime="2024-0${1 + (index % 9)}-1${index % 10}T08:00:00Z">1${index % 10} May 2024</time></span><br>
      <svg class="icon" width="16" height="16" viewBox="0 0 16 16"><path d="M2 2h12v12H2z"/></svg>
    </div>
  </article>`;
}

// 20 links.
function footer(random) {
  const items = numbers(20).map((index) => `<li><a href=${path(random, 5_000 + index)}>${words(random, 3)}</a>`);
  const calls = numbers(40).map(
    (index) => `  track("${hex(random, 8)}", { slot: ${index}, label: "${words(random, 3)}" });`,
  );
  return `<footer><ul>
${items.join('\n')}
</ul><p>&copy; 2024 ${words(random, 3)}</p></footer>
<script async src="/assets/${hex(random, 20)}.js"></script>
<script>
(function (track) {
${calls.join('\n')}
})(window.track || function () {});
</script>`;
}

/** A URL as pages write them: mostly from the root, some relative, with a query, or of another site. */
function path(random, index) {
  const slug = `${pick(random, WORDS)}-${pick(random, WORDS)}-${index}`;
  switch (Math.floor(random() * 8)) {
    case 0:
      return `https://${pick(random, WORDS)}.example.org/${slug}`;
    case 1:
      return `../${slug}.html`;
    case 2:
      return `/search?q=${slug}&amp;page=${index}`;
    case 3:
      return `/${slug}#${pick(random, WORDS)}`;
    default:
      return `/${pick(random, WORDS)}/${pick(random, WORDS)}/${slug}`;
  }
}

const WORDS = (
  'water lock gate boat canal level morning archive history wood iron keeper tide open visit wall stone river bridge ' +
  'map summer route drawing engine repair winter school museum ticket cafe path field letter photo record city harbour'
).split(' ');

const RARE_WORDS = ['Schleuse', 'écluse', 'śluza', 'Kanäle', '“quoted”', 'it’s', '—', '運河'];

function words(random, count) {
  return numbers(count)
    .map(() => pick(random, random() < 0.04 ? RARE_WORDS : WORDS))
    .join(' ');
}

function hex(random, length) {
  return numbers(length)
    .map(() => Math.floor(random() * 16).toString(16))
    .join('');
}

function pick(random, list) {
  return list[Math.floor(random() * list.length)];
}

function numbers(count) {
  return Array.from({ length: count }, (_, index) => index);
}

/** Numbers from 0 to 1: the linear congruential generator of Numerical Recipes, enough for filler text. */
function randomSource(seed) {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
