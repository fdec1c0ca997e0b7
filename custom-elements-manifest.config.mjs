/** The manifest of `<rank1-rerank>`, for editors and catalogues of components: `npm run docs:elements`. */

/** What is published, and what others may use: the element itself, without its private members and inner elements. */
const publicOnly = {
  name: 'public-only',
  packageLinkPhase({ customElementsManifest }) {
    const isPublic = (member) => member.privacy === undefined || member.privacy === 'public';
    customElementsManifest.modules = customElementsManifest.modules.flatMap((module) => {
      const declarations = module.declarations.filter(({ tagName }) => tagName === 'rank1-rerank');
      if (declarations.length === 0) return [];
      for (const declaration of declarations)
        declaration.members = declaration.members.filter(
          (member) => isPublic(member) && !member.static && !member.name.startsWith('#'),
        );
      const published = module.path.replace(/^src\/(.*)\.ts$/, 'dist-package/$1.js');
      const exports = module.exports.map((line) => ({
        ...line,
        declaration: { ...line.declaration, module: published },
      }));
      return [{ ...module, path: published, declarations, exports }];
    });
  },
};

export default {
  globs: ['src/ui/rank1-rerank/rank1-rerank.ts'],
  litelement: true,
  // package.json says where the manifest is; a run that writes it elsewhere must not change that
  packagejson: false,
  plugins: [publicOnly],
};
