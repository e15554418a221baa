/**
 * What JupyterLite loads of the kernel: a container of module federation, written by hand, since a bundler would be the only
 * reason to need one. It registers the kernel, and tells it of interrupts, of which JupyterLite's own client tells no kernel: it
 * cancels the cells that wait.
 *
 * In: modules that JupyterLite shares. Out: `_JUPYTERLAB["polyrepl-kernel"]`, with one plugin.
 */
(() => {
  const NAME = "polyrepl-kernel";
  const here = document.currentScript.src;
  let scope;

  /** The newest of the shared modules of a name; an empty one where there is none. */
  async function shared(name) {
    const versions = scope[name] ?? {};
    const newest = Object.keys(versions).sort((a, b) => a.localeCompare(b, undefined, { numeric: true })).at(-1);
    return newest === undefined ? {} : (await versions[newest].get())();
  }

  async function extension() {
    const [services, apputils, { makeKernel }] = await Promise.all([
      shared("@jupyterlite/services"),
      shared("@jupyterlite/apputils"),
      import(new URL("kernel.mjs", here).href),
    ]);
    const { IKernelSpecs, IKernelClient } = services;
    const { IServiceWorkerManager } = apputils;
    const Kernel = makeKernel(services);
    const plugin = {
      id: `${NAME}:plugin`,
      description: "The kernel of polyrepl.",
      autoStart: true,
      requires: [IKernelSpecs],
      optional: [IKernelClient, IServiceWorkerManager].filter((token) => token !== undefined),
      activate: (app, specs, client, serviceWorker) => {
        const kernels = new Map();
        if (client) {
          const interrupt = client.interrupt.bind(client);
          client.interrupt = (id) => {
            kernels.get(id)?.interrupt();
            return interrupt(id);
          };
        }
        const logo = new URL("logo.svg", here).href;
        specs.register({
          spec: {
            name: "polyrepl",
            display_name: "polyrepl",
            language: "polyrepl",
            argv: [],
            resources: { "logo-64x64": logo, "logo-svg": logo },
          },
          create: async (options) => {
            const kernel = new Kernel(options, { contents: app.serviceManager.contents, serviceWorker });
            kernels.set(kernel.id, kernel);
            return kernel;
          },
        });
      },
    };
    return { __esModule: true, default: plugin };
  }

  (window._JUPYTERLAB ??= {})[NAME] = {
    init: (given) => {
      scope = given;
    },
    get: async () => {
      const made = await extension();
      return () => made;
    },
  };
})();
