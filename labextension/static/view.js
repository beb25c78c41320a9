// For JupyterLab and Notebook 7: a view is alive while its kernel is, and a picture otherwise.
//
// Jupyter shows "Error displaying widget" where a saved notebook holds a widget whose kernel is
// gone. A view's output names a MIME type of its own, which this plugin renders: the picture and
// the live view together, of which CSS shows one.
//
// This file is the whole extension: a module-federation container written by hand, because
// JupyterLab loads extensions as such and a page of code needs no build step.
(() => {
  const VIEW = "application/vnd.imagelab.view+json";
  const WIDGET = "application/vnd.jupyter.widget-view+json";
  const SVG = "image/svg+xml";
  const HTML = "text/html";
  const ENDS = ["restarting", "autorestarting", "terminating", "dead"];

  // Once its front end has drawn, and as long as its model has a comm.
  const ALIVE = ":has(.imagelab):not(:has(.jupyter-widgets-disconnected))";
  // The caption waits for a live view on its way, so that it does not flash.
  const CSS = `
    .imagelab-view${ALIVE} > .imagelab-still,
    .imagelab-view:not(${ALIVE}) > .imagelab-live { display: none }
    .imagelab-still { margin: 0 }
    .imagelab-still pre { overflow-x: auto; line-height: var(--jp-code-line-height) }
    .imagelab-still figcaption {
      color: var(--jp-ui-font-color1);
      font-family: var(--jp-ui-font-family);
      font-size: 13px;
      animation: imagelab-caption 3s;
    }
    @keyframes imagelab-caption { from, 99% { visibility: hidden } }`;

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function still(data) {
    const { alternative, note } = data[VIEW];
    const caption = element("figcaption", { textContent: note });
    const figure = element("figure", { className: "imagelab-still jp-RenderedSVG" }, caption);
    if (data[SVG]) {
      // An image runs no scripts and loads nothing, so it is fit for untrusted notebooks.
      const src = `data:${SVG},${encodeURIComponent(data[SVG])}`;
      figure.append(element("img", { src, alt: alternative }));
    } else {
      figure.append(element("pre", { textContent: data["text/plain"] }));
    }
    return figure;
  }

  function renderer({ Panel, Widget }) {
    return class extends Panel {
      constructor({ content, sessionContext }) {
        super();
        this.addClass("imagelab-view");
        this.rendermime = content.rendermime;
        this.session = sessionContext;
        this.session.statusChanged.connect(this.onStatus, this);
        this.session.kernelChanged.connect(this.onKernel, this);
      }

      dispose() {
        if (this.isDisposed) return;
        this.session.statusChanged.disconnect(this.onStatus, this);
        this.session.kernelChanged.disconnect(this.onKernel, this);
        super.dispose();
      }

      async renderModel(model) {
        for (const old of [...this.widgets]) old.dispose();
        const picture = new Widget({ node: still(model.data) });
        this.addWidget(picture);
        if (model.data[HTML]) await this.renderWords(model, picture.node);
        if (!model.trusted || !model.data[WIDGET]) return;
        // Only with the session's kernel does the notebook get a renderer that finds widgets;
        // it is set in the same turn, so it is there in the next.
        await this.session.ready;
        await new Promise((resolve) => setTimeout(resolve));
        if (this.isDisposed || picture.isDisposed) return;
        const live = this.rendermime.createRenderer(WIDGET);
        live.addClass("imagelab-live");
        this.addWidget(live);
        await live.renderModel(model);
      }

      // Words stand in the place of a picture; Jupyter cleans those of notebooks it does not trust.
      async renderWords(model, figure) {
        const words = this.rendermime.createRenderer(HTML);
        await words.renderModel(model);
        figure.querySelector("pre")?.replaceWith(words.node);
      }

      onStatus(_, status) {
        if (ENDS.includes(status)) this.end();
      }

      onKernel(_, { oldValue }) {
        if (oldValue) this.end();
      }

      // Nobody answers a kernel's views after it.
      end() {
        for (const live of this.widgets.slice(1)) live.dispose();
      }
    };
  }

  function plugin({ INotebookTracker }, lumino) {
    const View = renderer(lumino);
    return {
      id: "imagelab:view",
      description: "Shows a view, or its picture where no kernel stands behind it.",
      autoStart: true,
      requires: [INotebookTracker],
      activate(app, notebooks) {
        document.head.append(element("style", { textContent: CSS }));
        const prepare = (panel) => panel.content.rendermime.addFactory(
          { safe: true, mimeTypes: [VIEW], createRenderer: () => new View(panel) },
          -20, // before the widget's own, which is -10
        );
        notebooks.forEach(prepare);
        notebooks.widgetAdded.connect((_, panel) => prepare(panel));
      },
    };
  }

  let shared;

  async function load(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.imagelab = {
    init(scope) {
      shared = scope;
    },
    async get() {
      const found = await Promise.all([load("@jupyterlab/notebook"), load("@lumino/widgets")]);
      const made = plugin(...found);
      return () => ({ __esModule: true, default: made });
    },
  };
})();
