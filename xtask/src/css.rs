//! Bundles `style/main.css` and what it imports into one stylesheet.
use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow};
use lightningcss::{
    bundler::{Bundler, FileProvider},
    stylesheet::{MinifyOptions, ParserOptions, PrinterOptions},
};

use crate::paths::{NAME, root, site};

/// Writes the bundle into the site.
pub fn bundle(minify: bool) -> Result<()> {
    let to = site().join(format!("pkg/{NAME}.css"));
    let css = text(&root().join("style/main.css"), minify)?;
    fs::write(&to, css).with_context(|| format!("cannot write {}", to.display()))
}

fn text(file: &Path, minify: bool) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    // the errors borrow from the bundler: only their words leave this function
    let mut sheet = bundler.bundle(file).map_err(|e| anyhow!("the stylesheets do not hold together: {e}"))?;
    if minify {
        sheet.minify(MinifyOptions::default()).map_err(|e| anyhow!("cannot minify the stylesheets: {e}"))?;
    }
    let options = PrinterOptions { minify, ..PrinterOptions::default() };
    Ok(sheet.to_css(options).map_err(|e| anyhow!("cannot print the stylesheets: {e}"))?.code)
}

#[cfg(test)]
mod tests {
    #[test]
    fn our_stylesheets_bundle_into_one() {
        let css = super::text(&crate::paths::root().join("style/main.css"), true).unwrap();
        assert!(css.len() > 1000, "{} bytes", css.len());
        assert!(!css.contains("@import"));
    }
}
