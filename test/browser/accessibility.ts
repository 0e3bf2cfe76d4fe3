import type { Page } from 'playwright-core';

/** Smallest contrast of ordinary text. @see WCAG 2.2 success criterion 1.4.3 */
const MIN_CONTRAST = 4.5;

/**
 * Faults a person with assistive technology would meet on the page as it is now: unnamed controls, unlabelled regions,
 * headings out of order, text too faint to read, content wider than the window.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  return page.evaluate((minContrast) => {
    const faults: string[] = [];
    const visible = (node: Element) => node.checkVisibility({ visibilityProperty: true });
    const nameOf = (node: Element) =>
      [
        node.getAttribute('aria-label') ?? '',
        ...(node.getAttribute('aria-labelledby') ?? '')
          .split(' ')
          .map((id) => document.getElementById(id)?.textContent ?? ''),
        ...(node instanceof HTMLTextAreaElement || node instanceof HTMLInputElement
          ? Array.from(node.labels ?? [], (label) => label.textContent ?? '')
          : [node.textContent ?? '']),
      ]
        .join('')
        .trim();
    const all = (selector: string) => Array.from(document.querySelectorAll(selector)).filter(visible);

    if (document.documentElement.lang === '') faults.push('the page has no language');
    if (document.title === '') faults.push('the page has no title');
    if (all('h1').length !== 1) faults.push(`expected one h1, got ${all('h1').length}`);
    if (all('main').length !== 1) faults.push('expected one main region');
    for (const node of all('button, a[href], input, textarea, select, dialog')) {
      if (nameOf(node) === '') faults.push(`no name: ${node.outerHTML.slice(0, 80)}`);
    }
    for (const node of document.querySelectorAll('[aria-labelledby], [aria-describedby], label[for]')) {
      for (const attribute of ['aria-labelledby', 'aria-describedby', 'for']) {
        for (const id of (node.getAttribute(attribute) ?? '').split(' ').filter(Boolean)) {
          if (document.getElementById(id) === null) faults.push(`${attribute} names nothing: ${id}`);
        }
      }
    }
    const levels = all('h1, h2, h3').map((node) => Number(node.tagName.slice(1)));
    levels.forEach((level, index) => {
      if (level > (levels[index - 1] ?? 0) + 1) faults.push(`heading ${index + 1} skips a level`);
    });
    const ids = Array.from(document.querySelectorAll('[id]'), (node) => node.id);
    if (new Set(ids).size !== ids.length) faults.push('an id is used twice');
    if (document.documentElement.scrollWidth > window.innerWidth) faults.push('the page is wider than the window');

    const parse = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const background = (node: Element | null): number[] => {
      if (node === null) return [255, 255, 255];
      const colour = parse(getComputedStyle(node).backgroundColor);
      return (colour[3] ?? 1) === 0 ? background(node.parentElement) : colour;
    };
    const light = (colour: number[]) => {
      const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text !== null; text = walker.nextNode()) {
      const node = text.parentElement;
      if (node === null || (text.textContent ?? '').trim() === '' || !visible(node) || node.closest('noscript'))
        continue;
      const pair = [light(parse(getComputedStyle(node).color)), light(background(node))].sort(
        (left, right) => right - left,
      );
      const contrast = ((pair[0] ?? 0) + 0.05) / ((pair[1] ?? 0) + 0.05);
      if (contrast < minContrast && !node.closest('button:disabled')) {
        faults.push(`contrast ${contrast.toFixed(2)}: ${text.textContent?.slice(0, 40)}`);
      }
    }
    return faults;
  }, MIN_CONTRAST);
}
