// Reads an OpenAPI document and writes it as a page. Texts go in as text, never as markup.

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEEPEST = 4;
let shown = null;

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
};

// Backquoted words become code, empty lines paragraphs.
const prose = (text) =>
  (text ?? "").split(/\n\s*\n/).filter(Boolean).map((paragraph) =>
    make("p", {}, ...paragraph.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part))));

const resolve = (schema) => {
  let found = schema ?? {};
  for (let hops = 0; found.$ref && hops < 8; hops++) {
    found = found.$ref.slice(2).split("/").reduce((place, name) => place?.[name], shown) ?? {};
  }
  return found;
};

const kind = (schema) => {
  const found = resolve(schema);
  if (found.const !== undefined) return JSON.stringify(found.const);
  if (found.enum) return found.enum.map((value) => JSON.stringify(value)).join(" | ");
  const several = found.anyOf ?? found.oneOf;
  if (several) return several.map(kind).join(" | ");
  const name = [found.type ?? "any"].flat().join(" | ");
  if (name.startsWith("array")) return `${found.items ? kind(found.items) : "any"}[]`;
  const limits = [
    found.format,
    found.minimum !== undefined ? `≥ ${found.minimum}` : null,
    found.maximum !== undefined ? `≤ ${found.maximum}` : null,
    found.maxLength !== undefined ? `up to ${found.maxLength} characters` : null,
    found.maxItems !== undefined ? `up to ${found.maxItems}` : null,
    found.default !== undefined && found.default !== null ? `else ${JSON.stringify(found.default)}` : null,
  ].filter(Boolean);
  return limits.length ? `${name}, ${limits.join(", ")}` : name;
};

// The object behind a schema: itself, the items of an array, or the one object among several.
const objectOf = (schema) => {
  const found = resolve(schema);
  if (found.properties) return found;
  if (found.items) return objectOf(found.items);
  return (found.anyOf ?? found.oneOf ?? []).map(objectOf).find(Boolean) ?? null;
};

const rows = (schema, prefix = "", depth = 0) => {
  const object = objectOf(schema);
  if (!object || depth >= DEEPEST) return [];
  return Object.entries(object.properties).flatMap(([name, field]) => {
    const label = make("td", {}, make("span", (object.required ?? []).includes(name) ? { class: "must" } : {}, prefix + name));
    const says = resolve(field).description ?? field.description ?? "";
    return [
      make("tr", {}, label, make("td", {}, kind(field)), make("td", {}, ...prose(says))),
      ...rows(field, `${prefix}${name}.`, depth + 1),
    ];
  });
};

const table = (lines) => (lines.length ? make("table", {}, make("tbody", {}, ...lines)) : null);

const curl = (method, path, operation) => {
  const content = operation.requestBody?.content ?? {};
  const json = content["application/json"];
  const lines = [`curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`} "$GREENROOM_URL${path}"`];
  if (operation.security?.length !== 0) lines.push('-H "x-api-key: $GREENROOM_API_KEY"');
  if (json) {
    const example = Object.values(json.examples ?? {})[0]?.value ?? json.example ?? sample(json.schema);
    lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(example)}'`);
  } else if (content["multipart/form-data"]) {
    const fields = objectOf(content["multipart/form-data"].schema)?.properties ?? {};
    const must = objectOf(content["multipart/form-data"].schema)?.required ?? [];
    for (const name of must) lines.push(fields[name]?.format === "binary" ? `-F ${name}=@FILE` : `-F ${name}=…`);
  }
  return lines.join(" \\\n  ");
};

const sample = (schema) => {
  const object = objectOf(schema);
  if (!object) return {};
  const example = {};
  for (const [name, field] of Object.entries(object.properties)) {
    const found = resolve(field);
    if (found.examples) example[name] = found.examples[0];
    else if ((object.required ?? []).includes(name)) example[name] = kind(field).includes("integer") ? 1 : "…";
  }
  return example;
};

const responses = (operation) =>
  Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const content = Object.values(response.content ?? {})[0];
    const lines = content ? rows(content.schema) : [];
    const head = make("summary", {}, make("span", { class: "status" }, status), ` ${response.description ?? ""}`);
    if (!lines.length) return make("p", {}, ...head.childNodes);
    const folded = make("details", status.startsWith("2") ? { open: "" } : {}, head);
    folded.append(table(lines));
    return folded;
  });

const call = (path, method, operation) => {
  const section = make("section", { id: operation.operationId ?? `${method}${path}` });
  const parameters = (operation.parameters ?? []).map((one) =>
    make("tr", {},
      make("td", {}, make("span", one.required ? { class: "must" } : {}, one.name)),
      make("td", {}, `${one.in}, ${kind(one.schema)}`),
      make("td", {}, ...prose(one.description ?? one.schema?.description))));
  section.append(
    make("h3", {}, make("span", { class: `method ${method}` }, method.toUpperCase()), path),
    ...prose(operation.description ?? operation.summary),
  );
  const parts = [["Parameters", table(parameters)]];
  for (const [type, content] of Object.entries(operation.requestBody?.content ?? {})) {
    parts.push([`Body, ${type}`, table(rows(content.schema))]);
  }
  for (const [title, part] of parts) if (part) section.append(make("h4", {}, title), part);
  section.append(make("h4", {}, "Try it"), make("pre", {}, curl(method, path, operation)));
  section.append(make("h4", {}, "Answers"), ...responses(operation));
  return section;
};

const draw = () => {
  const sought = document.querySelector("#search").value.trim().toLowerCase();
  const byTag = new Map();
  for (const [path, methods] of Object.entries(shown.paths)) {
    for (const method of METHODS.filter((name) => methods[name])) {
      const operation = methods[method];
      const text = `${method} ${path} ${operation.summary ?? ""} ${operation.description ?? ""}`.toLowerCase();
      if (!text.includes(sought)) continue;
      const tag = operation.tags?.[0] ?? "server";
      byTag.set(tag, [...(byTag.get(tag) ?? []), [path, method, operation]]);
    }
  }
  const index = [], sections = [];
  for (const [tag, calls] of [...byTag].sort()) {
    index.push(make("h2", {}, tag));
    for (const [path, method, operation] of calls) {
      const section = call(path, method, operation);
      sections.push(section);
      index.push(make("a", { href: `#${section.id}` },
        make("span", { class: `method ${method}` }, method.toUpperCase()), path.replace("/api/v1", "")));
    }
  }
  document.querySelector("#index").replaceChildren(...index);
  document.querySelector("#calls").replaceChildren(
    ...(sought ? [] : prose(shown.info.description)),
    ...(sections.length ? sections : [make("p", {}, "Nothing is called that.")]));
  document.querySelector("#version").textContent = shown.info.version;
};

const load = async (address) => {
  shown = await (await fetch(address)).json();
  document.querySelector("#raw").href = address;
  for (const button of document.querySelectorAll("#faces button")) {
    button.setAttribute("aria-pressed", String(button.dataset.document === address));
  }
  draw();
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
};

document.querySelector("#faces").addEventListener("click", (event) => {
  if (event.target.dataset.document) load(event.target.dataset.document);
});
document.querySelector("#search").addEventListener("input", draw);
// Addresses are relative: a proxy may have put a path before ours.
await load("api/v1/openapi.json");
