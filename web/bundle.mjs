// Bundles src/ into the folder that is named as the argument. Run by web/build.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const target = process.argv[2];
const common = { bundle: true, minify: true, write: false, charset: "ascii", legalComments: "none", logLevel: "warning" };
const targets = ["chrome110", "firefox110", "safari16.4"];

const script = await build({ ...common, entryPoints: ["src/main.js"], format: "esm", target: targets });
const style = await build({
  ...common, stdin: { contents: '@import "uplot/dist/uPlot.min.css";\n@import "./style.css";', loader: "css", resolveDir: "src" }, target: targets,
});
const { version } = JSON.parse(readFileSync("node_modules/uplot/package.json", "utf8"));

const files = {
  "app.js": script.outputFiles[0].text,
  "app.css": style.outputFiles[0].text,
  "icon.svg": readFileSync("src/icon.svg", "utf8"),
  "licences.txt": `The status page of dialerd contains uPlot ${version}:\n\n${readFileSync("node_modules/uplot/LICENSE", "utf8")}`,
};

mkdirSync(target, { recursive: true });
for (const old of readdirSync(target)) rmSync(join(target, old));
let page = readFileSync("src/index.html", "utf8");
for (const [name, content] of Object.entries(files)) {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const hashed = name.replace(".", `-${digest}.`);
  writeFileSync(join(target, hashed), content);
  page = page.replaceAll(`{{${name}}}`, hashed);
}
writeFileSync(join(target, "index.html"), page);
