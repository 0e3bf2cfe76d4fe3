/**
 * Builds an element. Text is only ever set as text, so nothing an agent wrote can become markup.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} attributes `class` and ARIA attributes by name; `on…` are listeners
 * @param {...(Node | string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}

/** The element of the page's frame with this id. */
export function frame(id) {
  return document.getElementById(id);
}

/** Says something that screen readers announce when they are idle. */
export function tell(text) {
  frame('status').textContent = text;
}

/** Says what went wrong, at once; nothing clears it. */
export function complain(text) {
  frame('problem').replaceChildren(...(text === '' ? [] : [element('p', { class: 'problem' }, text)]));
}
