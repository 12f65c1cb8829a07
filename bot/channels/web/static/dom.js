// Small things: words of people are only ever put in as text, never as HTML.

export const at = (id) => document.getElementById(id);

export function make(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function button(name, text, act) {
  const made = make("button", name, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

export function stored(act) {  // storage is forbidden in some browsers
  try { return act(); } catch (error) { return null; }
}

export function state(text, again) {
  const line = at("state");
  if (!line || (line.firstChild && line.firstChild.nodeValue === text)) return;
  line.textContent = text;
  if (again) line.append(button("tool", "刷新", () => location.reload()));
}
