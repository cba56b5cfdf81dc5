//! The browser's side: WebAssembly, its glue, the stylesheet, the files of `public/`.
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::{Instant, UNIX_EPOCH},
};

use anyhow::{Context, Result, anyhow};

use crate::{
    cargo::{BROWSER, cargo},
    css, e2e, editor,
    paths::{NAME, root, site, target},
    sh, wasm_target,
};

/// Builds the site into the build folder. What has not changed is left as it is.
pub fn build(release: bool) -> Result<()> {
    wasm_target::ensure()?;
    // dev shares the server's profile, and so its proc macros and build scripts
    let (profile, dir) = if release { ("wasm-release", "wasm-release") } else { ("dev", "debug") };
    // cdylib only here: app stays a plain rlib for the server, and link-time optimisation works
    sh::run(&mut cargo(&[&["rustc"], &BROWSER, &["--crate-type", "cdylib", "--profile", profile]]))?;
    let compiled = target().join(format!("wasm32-unknown-unknown/{dir}/app.wasm"));
    let pkg = site().join("pkg");
    fs::create_dir_all(&pkg)?;
    bind(&compiled, &pkg, release)?;
    css::bundle(release)?;
    copy_public()?;
    editor::bundle(&pkg, release)?;
    if release {
        precompress(&pkg)?;
    } else {
        forget_precompressed(&pkg)?;
    }
    Ok(())
}

/// wasm-bindgen, and wasm-opt in release, unless the stamp says that this very file was bound before.
fn bind(compiled: &Path, pkg: &Path, release: bool) -> Result<()> {
    let stamp_file = target().join("site.stamp");
    let stamp = stamp(compiled, release)?;
    let wasm = pkg.join(format!("{NAME}.wasm"));
    if wasm.exists() && fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        eprintln!("  the browser side is unchanged");
        return Ok(());
    }
    let _ = fs::remove_file(&stamp_file);
    let start = Instant::now();
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(compiled)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .debug(!release)
        .keep_debug(false)
        .remove_name_section(release)
        .generate(pkg)
        .context("wasm-bindgen failed")?;
    // Leptos asks for NAME.wasm when LEPTOS_OUTPUT_NAME is known at compile time
    fs::rename(pkg.join(format!("{NAME}_bg.wasm")), &wasm)?;
    eprintln!("  wasm-bindgen: {:.1} s, {} KB", start.elapsed().as_secs_f32(), size_kb(&wasm));
    let whole = if release { optimise(&wasm) } else { true };
    if whole {
        fs::write(&stamp_file, stamp)?;
    }
    Ok(())
}

fn stamp(compiled: &Path, release: bool) -> Result<String> {
    let meta = fs::metadata(compiled).with_context(|| format!("cargo left no {}", compiled.display()))?;
    let changed_ns = meta.modified()?.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    Ok(format!(
        "{} {} {changed_ns} {}",
        if release { "release" } else { "dev" },
        meta.len(),
        compiled.display()
    ))
}

/// wasm-opt from npm's binaryen. Without it the build is larger, not broken: `false`, said aloud.
fn optimise(wasm: &Path) -> bool {
    let tried = e2e::install_packages().and_then(|()| {
        let start = Instant::now();
        let mut opt = Command::new(e2e::folder().join("node_modules/.bin/wasm-opt"));
        opt.current_dir(root()).arg("-Oz");
        for feature in ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals"] {
            opt.arg(format!("--enable-{feature}"));
        }
        opt.args(["--enable-reference-types", "--enable-multivalue"]).arg(wasm).arg("-o").arg(wasm);
        sh::run(&mut opt)?;
        eprintln!("  wasm-opt: {:.1} s, {} KB", start.elapsed().as_secs_f32(), size_kb(wasm));
        Ok(())
    });
    if let Err(why) = &tried {
        eprintln!("  going on without wasm-opt (the WebAssembly is larger for it): {why:#}");
    }
    tried.is_ok()
}

/// Copies `public/` with its folders into the site.
pub fn copy_public() -> Result<()> {
    copy_tree(&root().join("public"), &site())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to).with_context(|| format!("cannot write {}", to.display()))?;
        }
    }
    Ok(())
}

/// The files that a browser loads, each with the place of its Brotli copy.
fn compressible(pkg: &Path) -> [(PathBuf, PathBuf); 4] {
    let own = ["wasm", "js", "css"].map(|ext| format!("{NAME}.{ext}"));
    let [wasm, js, css] = own;
    [wasm, js, css, editor::FILE.to_owned()].map(|name| (pkg.join(&name), pkg.join(format!("{name}.br"))))
}

fn precompress(pkg: &Path) -> Result<()> {
    for (file, copy) in compressible(pkg) {
        // a machine without npm has no editor
        if !file.exists() {
            continue;
        }
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let small = brotli_of(&bytes)?;
        if fs::read(&copy).is_ok_and(|old| old == small) {
            continue;
        }
        fs::write(&copy, &small)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        eprintln!("  {name}: {} KB, as Brotli {} KB", bytes.len() / 1000, small.len() / 1000);
    }
    Ok(())
}

fn brotli_of(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut small = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut small, 1 << 16, 11, 22);
    writer.write_all(bytes)?;
    writer.flush().map_err(|e| anyhow!("Brotli: {e}"))?;
    drop(writer);
    Ok(small)
}

/// A dev build beside stale `.br` files would be served as it was.
fn forget_precompressed(pkg: &Path) -> Result<()> {
    for (_, copy) in compressible(pkg) {
        if copy.exists() {
            fs::remove_file(copy)?;
        }
    }
    Ok(())
}

fn size_kb(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |meta| meta.len() / 1000)
}

#[cfg(test)]
mod tests {
    #[test]
    fn brotli_gives_back_what_it_took() {
        let text = "wanted is not actual ".repeat(500);
        let small = super::brotli_of(text.as_bytes()).unwrap();
        assert!(small.len() < text.len() / 10);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut small.as_slice(), &mut back).unwrap();
        assert_eq!(back, text.as_bytes());
    }
}
