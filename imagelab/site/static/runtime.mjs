// Pyodide as all pages of a site load it: started from the site, able to draw and to keep labs.
import { core } from "./core.mjs";
import { Graphviz } from "./graphviz.mjs";

// JupyterLite's kernel wants it, and completes without it: it is as large as all other packages.
const SPARED = "jedi";
// What a drive can be asked without changing it, and for how many milliseconds an answer holds.
const LOOKS = new Set(["lookup", "getmode", "getattr", "readdir", "get"]);
const FRESH = 1000;
const here = new URL("./", import.meta.url);

// With `keeps: false` nothing that the browser stores is within reach.
export async function loadPyodide({ keeps = true, ...options } = {}) {
  const { loadPyodide: load } = await import(new URL("pyodide.mjs", core).href);
  const [pyodide, graphviz] = await Promise.all([
    load({
      ...options,
      packages: options.packages?.filter((name) => name !== SPARED),
      indexURL: core,
      stdLibURL: new URL("python_stdlib.zip", here).href,
      lockFileURL: new URL("pyodide-lock.json", here).href,
      packageBaseUrl: here.href,
    }),
    Graphviz.load(),
  ]);
  const { mount } = pyodide.FS;
  pyodide.FS.mount = (type, ...rest) => mount.call(pyodide.FS, improved(type), ...rest);
  // What Python finds by `import imagelab_page`.
  pyodide.registerJsModule("imagelab_page", {
    draw: (dot) => graphviz.layout(dot, "svg", "dot"),
    language: navigator.language.slice(0, 2),
    // JupyterLite's drive, and how many bytes one file there may have.
    drive: "/drive",
    largest: 64e6,
    ...(keeps && { kept: await keep(pyodide.FS) }),
  });
  return pyodide;
}

// JupyterLite's drive does without what an image is made of: owners' rights and times of files.
function improved(drive) {
  if (drive.API?.request && drive.node_ops?.setattr && drive.createNode) {
    remember(drive.API);
    mask(drive);
    keepTimes(drive);
  }
  return drive;
}

// It asks the page whenever a file is looked at, and has the whole file fetched to tell its size. So
// answers are remembered for a moment, or until something is changed.
function remember(api) {
  const ask = api.request.bind(api);
  const answers = new Map();
  let end = 0;
  api.request = (question) => {
    const looks = LOOKS.has(question.method);
    if (!looks || performance.now() > end) {
      answers.clear();
      end = performance.now() + FRESH;
    }
    if (!looks) return ask(question);
    const key = `${question.method} ${question.path}`;
    if (!answers.has(key)) answers.set(key, ask(question));
    const answer = answers.get(key);
    return answer?.constructor === Object ? { ...answer } : answer;
  };
}

// Files are everybody's to write; here they are as a umask of 022 has them, as on most computers.
function mask(drive) {
  const create = drive.createNode.bind(drive);
  drive.createNode = (parent, name, mode, ...rest) => create(parent, name, mode & ~0o022, ...rest);
}

// A time that was set is told as long as the file stays what it was then.
function keepTimes(drive) {
  const { getattr, setattr } = drive.node_ops;
  const times = new Map();
  const place = (node) => drive.realPath(node.node ?? node);
  drive.node_ops.setattr = (node, attributes) => {
    setattr(node, attributes);
    const set = attributes.mtime ?? attributes.timestamp;
    if (set !== undefined) times.set(place(node), { set, changed: Number(getattr(node).mtime) });
  };
  drive.node_ops.getattr = (node) => {
    const found = getattr(node);
    const known = times.get(place(node));
    if (known?.changed === Number(found.mtime)) found.mtime = new Date(known.set);
    return found;
  };
}

// A folder that the browser stores file by file as they change. JupyterLite's own drive writes
// whole files when they are closed, which no database can live with. Sites of one host, told apart
// by their paths, have folders of their own.
async function keep(FS) {
  const folder = `/kept${here.pathname}`;
  FS.mkdirTree(folder);
  try {
    FS.mount(FS.filesystems.IDBFS, { autoPersist: true }, folder);
    await new Promise((done, failed) => {
      FS.syncfs(true, (error) => (error ? failed(error) : done()));
      // In some frames the browser's storage neither opens nor fails.
      setTimeout(() => failed("the browser's storage does not answer"), 3000);
    });
  } catch (error) {
    console.warn(`labs are kept until this page is closed: ${error}`);
  }
  return folder;
}
