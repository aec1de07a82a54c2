const search = document.querySelector("input");
const sections = [...document.querySelectorAll("section")].map((section) => ({
  section,
  link: document.querySelector(`nav a[href="#${CSS.escape(section.id)}"]`).parentElement,
  name: section.id.toLowerCase(),
  text: section.textContent.toLowerCase(),
}));
const headings = [...document.querySelectorAll("nav h2")];

// Every word has to occur; what has them in its name comes first.
function find(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text) => words.every((word) => text.includes(word));
  let found = 0;
  for (const known of sections) {
    const fits = has(known.text);
    known.section.hidden = known.link.hidden = !fits;
    known.section.style.order = has(known.name) ? 0 : 1;
    found += fits;
  }
  for (const heading of headings) {
    heading.hidden = ![...heading.nextElementSibling.children].some((item) => !item.hidden);
  }
  document.getElementById("none").hidden = found > 0;
}

search.addEventListener("input", () => {
  find(search.value);
  scrollTo(0, 0);
});
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape") {
    search.value = "";
    find("");
  }
});
document.querySelector("nav").addEventListener("click", (event) => {
  if (event.target.tagName === "A" && search.value) {
    search.value = "";
    find("");
  }
});

// The address may ask: reference.html?q=push.
search.value = new URLSearchParams(location.search).get("q") ?? "";
find(search.value);
if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
