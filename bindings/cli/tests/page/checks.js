// The body of a function: what is wrong with the page as it is shown now, as a list of texts.
const faults = [];
const name = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} "${element.textContent.trim().slice(0, 40)}"`;

const channels = (color) => {
  const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
  return [r, g, b, a];
};
const over = (top, below) => top.slice(0, 3).map((value, at) => value * top[3] + below[at] * (1 - top[3]));
const background = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    layers.push(channels(getComputedStyle(at).backgroundColor));
  }
  // What nobody paints is white.
  return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
};
const luminance = (color) => {
  const [r, g, b] = color.map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

// WCAG 2.2: 1.4.3 for text, 1.4.11 for what a drawing means.
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let seen = 0;
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || element.closest("svg") || !element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const below = background(element);
  const ratio = contrast(over(channels(style.color), below), below);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  seen += 1;
  if (ratio < (isLarge ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)}: ${name(element)}`);
  if (size < 12) faults.push(`text of ${size} px: ${name(element)}`);
}
if (seen < 10) faults.push(`only ${seen} texts`);
for (const shape of document.querySelectorAll("svg rect:not(.spike), svg path")) {
  const below = background(shape.closest("svg"));
  const ratio = contrast(over(channels(getComputedStyle(shape).fill), below), below);
  if (ratio < 3) faults.push(`contrast ${ratio.toFixed(2)} of a shape: ${shape.getAttribute("class")}`);
}

// Nothing leaves its place; what is wider stands in a box that scrolls and that the keyboard reaches.
const page = document.documentElement;
if (page.scrollWidth > page.clientWidth) faults.push(`the page is ${page.scrollWidth} wide in ${page.clientWidth}`);
for (const element of document.body.querySelectorAll("*")) {
  if (!element.checkVisibility() || element.closest("svg") !== null) continue;
  const box = element.closest(".scroll");
  if (box !== null && box !== element) continue;
  const { left, right } = element.getBoundingClientRect();
  if (right > page.clientWidth + 0.5 || left < -0.5) faults.push(`from ${left} to ${right}: ${name(element)}`);
  if (element.classList.contains("scroll")) {
    if (element.tabIndex !== 0 || !element.hasAttribute("role")) faults.push(`scrolls, but not by keyboard: ${name(element)}`);
  } else if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline") {
    faults.push(`${element.scrollWidth} in ${element.clientWidth}: ${name(element)}`);
  }
}

// Drawings have names, plots have their tables, titles have an order.
for (const svg of document.querySelectorAll("svg:not([aria-hidden])")) {
  const label = svg.getAttribute("aria-label") ?? document.getElementById(svg.getAttribute("aria-labelledby"))?.textContent;
  if (svg.getAttribute("role") !== "img" || !label) faults.push("a drawing without a name");
}
for (const figure of document.querySelectorAll("figure")) {
  if (figure.querySelectorAll("tbody tr").length === 0) faults.push(`no table: ${name(figure)}`);
  if (!document.getElementById(figure.getAttribute("aria-labelledby"))) faults.push(`no title: ${name(figure)}`);
}
const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((title) => Number(title.tagName[1]));
if (levels[0] !== 1 || levels.some((level, at) => at > 0 && level > levels[at - 1] + 1)) faults.push(`titles ${levels}`);
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
if (new Set(ids).size !== ids.length) faults.push("an id stands twice");
if (document.scripts.length > 0) faults.push("a script");
if (!document.documentElement.lang || !document.title) faults.push("no language or title");
return faults;
